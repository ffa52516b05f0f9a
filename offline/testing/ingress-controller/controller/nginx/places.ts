const nginx = "/etc/nginx";
const run = "/var/lib/nginx";

export const FOLDERS = {
  nginx,
  run,
  servers: `${nginx}/conf.d`,
  secrets: `${nginx}/secrets`,
} as const;

export const SOCKETS = {
  status: `${run}/nginx-status.sock`,
  version: `${run}/nginx-config-version.sock`,
} as const;

/** Names of files that no Ingress and no Secret has: they have a namespace in theirs. */
export const DEFAULT_SERVER = { config: "_default-server", secret: "default" } as const;
