import { PREVIOUS_RELEASES } from "./places.ts";
import { earlierFiles } from "./static-conf.ts";

/**
 * What a release changes: `release.conf`. A switch replaces this one file, and adds the folders of the releases
 * before.
 */
export function releaseConf(servers: readonly string[], staticFolder: string): string {
  // Looked up while Nginx runs: it starts without the app, and follows a container that came back with another
  // address. The second line is for when every server has just failed.
  const lines = servers.flatMap((server) => [
    `  server ${server} resolve;`,
    `  server ${server} resolve backup max_fails=0;`,
  ]);
  return `# Written by Slipway.
upstream app {
  zone app 512k;
${lines.join("\n")}
  # Shorter than any app keeps them (gunicorn 2 s, Node and uvicorn 5 s): a POST that is sent as the app closes
  # could not be sent again.
  keepalive 128;
  keepalive_timeout 1s;
}
${filesOf(staticFolder)}`;
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
${filesOf(staticFolder)}${earlierFiles(PREVIOUS_RELEASES)}`;
}

const filesOf = (folder: string) => `map $host $release_files {
  default ${folder};
}
`;

/** Before the first release: Nginx runs, and answers 502. */
export const NO_RELEASE_CONF = `# Written by Slipway.
upstream app {
  server 127.0.0.1:9;
}
${filesOf("none")}${earlierFiles([])}`;
