import { escapeRegex } from "./names.ts";
import { PREVIOUS_RELEASES, STATIC_FOLDER } from "./places.ts";

export interface StaticArgs {
  /** Path that the static files are below; begins and ends with a slash. */
  readonly staticPrefix: string;
  /** File that answers a page that the app does not know; undefined leaves that to the app. */
  readonly staticFallback: string | undefined;
}

/** Names with a hash of the content, as tools give them; what only looks like one is left out. */
const HASHED = [
  // Next.js, Astro and SvelteKit have folders for them.
  "/(_next/static|_astro|_app/immutable)/",
  // webpack, Create React App, Django and Rails: digits and letters, so no date and no word.
  "[.-](?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}(\\.[a-z]+){0,2}\\.\\w+$",
  // Vite and Rollup: eight letters of both cases, with a digit.
  "/assets/([^/]*[.-])?(?=[\\w-]*[a-z])(?=[\\w-]*[A-Z])(?=[\\w-]*[0-9])[\\w-]{8}\\.(m?js|css|woff2?|wasm)(\\.map)?$",
  // esbuild: eight capitals and digits.
  "-(?=[A-Z2-7]*[A-Z])(?=[A-Z2-7]*[2-7])[A-Z2-7]{8}\\.(m?js|css)(\\.map)?$",
].join("|");

/** What a server runs or keeps, and never hands out. */
const SOURCES =
  "php\\d?|phtml|phar|phps|inc|py|pyc|rb|erb|pl|cgi|aspx?|jsp|sql|sqlite3?|bak|orig|swp";

/** The most telling of them, as `find` takes names. */
export const SOURCE_NAMES = [
  ...["*.php", "*.phtml", "*.inc", "*.py", "*.rb", "*.pl", "*.jsp", "*.sql", "*.sqlite3", "*.bak"],
  ".env*",
];

/** What holds for every server: types of files, and variables that say which file answers a request. */
export function staticSettings({ staticPrefix, staticFallback }: StaticArgs): string {
  const page = staticFallback === undefined ? "" : '  "~^(GET|HEAD) .*text/html"  @page;\n';
  return `# Types that the image's own list lacks.
types {
  text/javascript            mjs;
  application/manifest+json  webmanifest;
  application/json           map;
  application/geo+json       geojson;
  application/yaml           yaml yml;
  font/otf                   otf;
  font/ttf                   ttf;
  model/gltf-binary          glb;
  text/calendar              ics;
  text/csv                   csv;
  text/markdown              md;
  text/vtt                   vtt;
}
${staticUri(staticPrefix)}# Files answer GET and HEAD; all else is the app's, hidden files and sources too.
map "$request_method $uri" $files {
  default                          none;
  "~/\\.(?!well-known/)"            none;
  "~*(\\.(${SOURCES})|~)$"  none;
  "~^(GET|HEAD) "                  $release_files;
}
${earlier((number) => `map $files $files_${number} {\n  default $earlier_files_${number};\n  none    none;\n}\n`)}
# A stream of events must not wait for a full buffer.
map "$request_method $http_accept" $app_location {
  default               @app;
${page}  "~text/event-stream"  @stream;
}
# Of files of ours (no upstream was asked): one with a hash in its name never gets another content.
map "$upstream_addr $uri" $static_cache {
  default  "";
  "~^ .*(${HASHED})"  "public, max-age=31536000, immutable";
  "~^ "    "no-cache";
}
`;
}

/** The path of a file below the folder of its release. */
function staticUri(prefix: string): string {
  const below =
    prefix === "/" ? "(?<below>/.*)" : `${escapeRegex(prefix.slice(0, -1))}(?<below>/.*)`;
  return `map $uri $static_uri {
  default      /.none;
  "~^${below}$"  $below;
}
`;
}

/**
 * Locations of the static files: this release's, and of the releases before it those with a hash in their
 * name, which pages that are open ask for. All else that a release no longer has is gone with it.
 */
export function staticLocations(): string {
  const folders = ["$files", ...PREVIOUS_RELEASES.map((_, index) => `$files_${index + 1}`)];
  return `  # A folder is its index page.
  location ~ /$ {
${NO_LINKS}    try_files /$files\${static_uri}index.html $app_location;
  }
  location ~ "${HASHED}" {
${NO_LINKS}    try_files ${folders.map((folder) => `/${folder}$static_uri`).join(" ")} $app_location;
  }
  location / {
${NO_LINKS}    try_files /$files$static_uri $app_location;
  }
`;
}

export const STATIC_ROOT = `  root ${STATIC_FOLDER};
`;

/**
 * For a location of files: a link in an image may lead anywhere in Nginx's own file system. Not for a server, whose
 * own files, as those that close the app, are links where a ConfigMap has them.
 */
export const NO_LINKS = `    disable_symlinks on from=${STATIC_FOLDER};
`;

/** Folders of earlier releases, newest first: a part of `release.conf`. */
export function earlierFiles(folders: readonly string[]): string {
  return earlier(
    (number) =>
      `map $host $earlier_files_${number} {\n  default ${folders[number - 1] ?? "none"};\n}\n`,
  );
}

function earlier(text: (number: number) => string): string {
  return PREVIOUS_RELEASES.map((_, index) => text(index + 1)).join("");
}
