/** Folder of Nginx's image in which every `*.conf` is part of its `http` block. */
export const CONF_FOLDER = "/etc/nginx/conf.d";
/** Where the static files of each release are, each in a folder of its own. */
export const STATIC_FOLDER = "/srv/static";
/** Folders of earlier releases, newest first, as links: pages loaded before a switch still find theirs. */
export const PREVIOUS_RELEASES = ["previous-1", "previous-2", "previous-3", "previous-4"] as const;

/** What stays the same from release to release: `default.conf`. */
export function serverConf(): string {
  const releases = ["$release_files", ...PREVIOUS_RELEASES].map((folder) => `/${folder}$uri`);
  return `# Written by Slipway.
server_tokens off;
# A reload must not close a connection just as its client uses it (nginx 1.27.4 and later).
keepalive_min_timeout 10s;
# Docker's own name server.
resolver 127.0.0.11 valid=2s ipv6=off;
client_max_body_size 10m;
gzip on;
gzip_proxied any;
gzip_types text/css application/javascript text/javascript application/json image/svg+xml;

map $http_upgrade $connection_upgrade {
  default upgrade;
  ''      '';
}

server {
  listen 80 default_server;
  server_name _;
  root ${STATIC_FOLDER};

  location / {
    try_files ${releases.join(" ")} @app;
  }
  # A folder is its index page, of the present release only.
  location ~ /$ {
    try_files /$release_files\${uri}index.html @app;
  }
  location @app {
    proxy_pass http://app;
    proxy_connect_timeout 2s;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Request-Id $request_id;
  }
}
`;
}

/** What a release changes: `release.conf`. A switch replaces this one file. */
export function releaseConf(server: string, staticFolder: string): string {
  return `# Written by Slipway.
upstream app {
  zone app 64k;
  # Its address is looked up when the configuration is read, so that it is there from the first
  # request; the line after it follows a container that came back with another address.
  server ${server};
  server ${server} resolve backup max_fails=0;
  keepalive 32;
}
map $host $release_files {
  default ${staticFolder};
}
`;
}

/** Before the first release: Nginx runs, and answers 502. */
export const NO_RELEASE_CONF = releaseConf("127.0.0.1:9", "none");
