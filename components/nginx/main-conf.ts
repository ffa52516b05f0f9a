import { CONF_FOLDER } from "./places.ts";

/** The file that Nginx begins with, below `CONF_FOLDER`; its name keeps it from being one of the parts. */
export const MAIN_FILE = "nginx.main";

export interface MainConfArgs {
  /** Undefined is one for each core. */
  readonly workers: number | undefined;
  /** User of the workers, where Nginx begins as root. */
  readonly user: string | undefined;
}

/** In place of the image's own `nginx.conf`, which limits a worker to 1024 connections. */
export function mainConf({ workers, user }: MainConfArgs): string {
  return `# Written by Slipway.
${user === undefined ? "" : `user ${user};\n`}worker_processes ${workers ?? "auto"};
${CONNECTIONS}
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events {
  worker_connections ${WORKER_CONNECTIONS};
}
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  sendfile on;
  keepalive_timeout 65s;
  include ${CONF_FOLDER}/*.conf;
}
`;
}

/** Two for a request that is passed on: 4,000 at once a worker, for some 4 MiB of memory. */
export const WORKER_CONNECTIONS = 8192;
/** A file for each connection, and as many again for large bodies and static files. */
export const WORKER_FILES = 16_384;

const CONNECTIONS = `worker_rlimit_nofile ${WORKER_FILES};`;
