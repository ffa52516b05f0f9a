import { isIPv4 } from "node:net";

export const IPV4 = { test: isIPv4 };
export const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
/** A rule for a value that comes from outside, and how it is said. */
export interface Rule {
  readonly pattern: RegExp;
  readonly words: string;
}
/** Goes into labels, names of files and records, and a git tag may be anything else. */
export const VERSION: Rule = {
  pattern: /^\w[\w.+-]{0,127}$/,
  words: "letters, digits, `.`, `+`, `_` and `-`, at most 128",
};
export const IMAGE_REFERENCE: Rule = {
  pattern: /^\w[\w./:@-]*$/,
  words: "the reference of an image in a registry",
};
export const IMAGE_OR_ARCHIVE: Rule = {
  pattern: /^(\w[\w./:@-]*|\.{0,2}\/[^\n\r\0]+)$/,
  words: "the reference of an image, or the path (./, ../ or /) of an archive",
};
/** A commit, perhaps shortened. */
export const COMMIT: Rule = { pattern: /^[0-9a-f]{7,64}$/, words: "7 to 64 hexadecimal digits" };
/** As git allows, which takes nearly everything. */
export const BRANCH: Rule = {
  pattern: /^(?![-/])[^\s\p{Cc}~^:?*[\\]{1,255}$/u,
  words: "the name of a branch",
};
/** As clouds name regions and sizes. */
export const SLUG = /^[a-z0-9-]+$/;
/** `ADDRESS/BITS`, or an address alone. */
export const NETWORK = { test: isNetwork };
/** What names a build's secret: the id of its mount, and the name of its file. */
export const BUILD_SECRET_ID = /^[\w-][\w.-]{0,63}$/;

function isNetwork(value: string): boolean {
  const [address = "", bits = "32", more] = value.split("/");
  return isIPv4(address) && /^\d+$/.test(bits) && Number(bits) <= 32 && more === undefined;
}
