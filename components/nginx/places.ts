/** Folder of Nginx's image in which every `*.conf` is part of its `http` block. */
export const CONF_FOLDER = "/etc/nginx/conf.d";
/** Where the static files of each release are, each in a folder of its own. */
export const STATIC_FOLDER = "/srv/static";
/** Earlier releases whose hashed files stay, newest first; in a cluster, their folders have these names. */
export const PREVIOUS_RELEASES = ["previous-1", "previous-2", "previous-3", "previous-4"] as const;
/** In a cluster, the folder of those of the release that is live. */
export const CURRENT_FILES = "current";
/** In a cluster, the object that has these files when it is there; no program of ours makes it. */
export const MAINTENANCE_CONFIG_MAP = "maintenance";
/** Whoever sends it with a pass sees the app in spite of maintenance. */
export const MAINTENANCE_HEADER = "X-Slipway-Maintenance";
/** Files that close the app to clients, and the beginning of the name of one that lets a pass through. */
export function maintenanceFiles(folder: string) {
  return { folder, on: `${folder}/on`, pass: `${folder}/pass-` };
}

/** The record of releases, below `CONF_FOLDER`: a line of JSON each, newest first. */
export const RECORD_FILE = "releases.jsonl";

/** Where the ACME client keeps its state, and where Nginx finds what it got. */
export const ACME_FOLDER = "/srv/acme";
/** Answers to the challenges of the authority, asked for over plain HTTP. */
export const ACME_WEBROOT = `${ACME_FOLDER}/webroot`;
/** Key and certificate in one file, so that both change at once. */
export const acmeCertificateFile = (domain: string) => `${ACME_FOLDER}/live/${domain}.pem`;
