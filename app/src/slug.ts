import { randomInt } from "node:crypto";

const MAX_LENGTH = 80;
const SUFFIX_LENGTH = 6;
const SUFFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Letters and digits of any script, in lower case, joined by hyphens; accents are dropped. */
export function slugify(title: string): string {
  const slug = title
    .normalize("NFKD")
    .replace(/\p{Diacritic}/gu, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-");
  const cut = [...slug].slice(0, MAX_LENGTH).join("");
  return cut.replace(/^-|-$/g, "") || "article";
}

/** The plain slug first; after it, as many others as equal titles may call for. */
export function* slugCandidates(title: string): Generator<string, never> {
  const slug = slugify(title);
  yield slug;
  while (true) yield `${slug}-${randomSuffix()}`;
}

function randomSuffix(): string {
  return Array.from(
    { length: SUFFIX_LENGTH },
    () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)],
  ).join("");
}
