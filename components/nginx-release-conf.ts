/** What a release changes: `release.conf`. A switch replaces this one file. */
export function releaseConf(servers: readonly string[], staticFolder: string): string {
  // An address is looked up when the configuration is read, so that it is there from the first
  // request; the line with `resolve` follows a container that came back with another address.
  const lines = servers.flatMap((server) => [
    `  server ${server};`,
    `  server ${server} resolve backup max_fails=0;`,
  ]);
  return `# Written by Slipway.
upstream app {
  zone app 64k;
${lines.join("\n")}
  keepalive 32;
}
map $host $release_files {
  default ${staticFolder};
}
`;
}

/** The same where a Service of a cluster decides, for each connection anew, which pod answers. */
export function proxyConf(service: string, staticFolder: string): string {
  // Once more after a pod that has just gone. A connection that is kept would stay with its pod, and end
  // with it, perhaps as a request is sent.
  return `# Written by Slipway.
upstream app {
  server ${service} max_fails=0;
  server ${service} max_fails=0 backup;
  keepalive 0;
}
map $host $release_files {
  default ${staticFolder};
}
`;
}

/** Before the first release: Nginx runs, and answers 502. */
export const NO_RELEASE_CONF = releaseConf(["127.0.0.1:9"], "none");
