import { SOURCE_NAMES } from "./nginx/static-conf.ts";

/** Shell commands that are run in the folder of a release's static files, and what is said of what they print. */

/** Prints the path of a file that anybody may ask for; nothing where there is none. */
export const SOME_FILE = `find . -type f ! -path "*/.*" |
  grep -E "^[A-Za-z0-9._/-]*[.](css|js|html|txt|png|svg|ico|json)$" | head -n 1 | cut -c 3-`;

/** Prints what looks like sources or settings, three paths at most: it is neither served nor a reason to fail. */
export const SOURCES = `find . -type f \\( ${SOURCE_NAMES.map((name) => `-iname "${name}"`).join(" -o ")} \\) | head -n 3`;

/**
 * What to say of such paths, each on a line of its own that begins with `./`; undefined where there are none.
 *
 * @param path of the folder in the image.
 */
export function sourceWarning(path: string, printed: string): string | undefined {
  const files = printed
    .split("\n")
    .filter((line) => line.startsWith("./"))
    .join(", ");
  if (files === "") return undefined;
  return (
    `${path} in the image has what looks like sources or settings: ${files}. They are not served as files; ` +
    "slipway:staticPath should be a folder of files that everybody may have."
  );
}
