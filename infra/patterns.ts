import { isIPv4 } from "node:net";

export const IPV4 = { test: isIPv4 };
/** Labels of at most 63 characters, as DNS has them, and 253 in all. */
export const HOST_NAME =
  /^(?=.{1,253}$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/;
/** What ssh is given: its configuration may know it by another name than DNS does. */
export const SSH_HOST = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
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
/** `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`, as https://pkg.go.dev/github.com/distribution/reference reads it. */
const REFERENCE = [
  // A host has a dot, a port or a capital, or is localhost; else it reads as the first part of the path.
  "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\\d+)?/)?",
  "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*)*",
  "(?::\\w[\\w.-]{0,127})?",
  "(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,128})?",
].join("");
export const IMAGE_REFERENCE: Rule = {
  pattern: new RegExp(`^${REFERENCE}$`),
  words: "the reference of an image in a registry, whose path is in lower case",
};
export const IMAGE_OR_ARCHIVE: Rule = {
  pattern: new RegExp(`^(?:${REFERENCE}|\\.{0,2}/[^\\n\\r\\0]+)$`),
  words:
    "the reference of an image, whose path is in lower case, or the path (./, ../ or /) of an archive",
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
/** One or more certificates, PEM. */
export const CERTIFICATE = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;
export const URL_PATH = /^\/[\w./~%:@!$&'()*+,;=?-]*$/;
/** What names a build's secret: the id of its mount, and the name of its file. */
export const BUILD_SECRET_ID = /^[\w-][\w.-]{0,63}$/;

function isNetwork(value: string): boolean {
  const [address = "", bits = "32", more] = value.split("/");
  return isIPv4(address) && /^\d+$/.test(bits) && Number(bits) <= 32 && more === undefined;
}
