/** The lines of a block, deeper than its name. */
export function block(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((line) => (line === "" ? line : `    ${line}`)), "}"];
}

/** The lines, if what they depend on is so. */
export function when(condition: boolean, ...lines: readonly string[]): readonly string[] {
  return condition ? lines : [];
}
