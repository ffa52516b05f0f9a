/**
 * A pattern that finds a text as a JSON string in an answer, however its characters are escaped: PHP writes
 * `\/` for `/`. It means the same as an extended regular expression of POSIX and as one of JavaScript.
 */
export function jsonStringPattern(text: string): string {
  const characters = [...text].map((character) => {
    const spellings = [literal(character), `\\\\u${anyCase(hexOf(character))}`];
    return `(${spellings.concat(character === "/" ? "\\\\/" : []).join("|")})`;
  });
  // A quote that is escaped begins no string.
  return `(^|[^\\\\])"${characters.join("")}"`;
}

const literal = (character: string) => (/[\w/:@-]/.test(character) ? character : `[${character}]`);
const hexOf = (character: string) => character.charCodeAt(0).toString(16).padStart(4, "0");
const anyCase = (hex: string) => hex.replaceAll(/[a-f]/g, (one) => `[${one}${one.toUpperCase()}]`);
