const SHORT: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** Quotes as Go's `%q` does, because the error texts of the official plugins are read by people. */
export function goQuote(text: string): string {
  const quoted = text.replace(/[\p{C}\p{Zl}\p{Zp}\\"]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      SHORT[character] ??
      (code < 0x80
        ? `\\x${hex(code, 2)}`
        : code < 0x1_0000
          ? `\\u${hex(code, 4)}`
          : `\\U${hex(code, 8)}`)
    );
  });
  return `"${quoted}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
