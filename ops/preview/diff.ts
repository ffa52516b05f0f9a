/** How the engine begins the block of a resource that it only reads, as the stack's own last outputs. */
const READ = /^( *)> \S+: \(read\)$/;

/** The engine's text of a difference without what it only reads: each preview has it, and nothing changes. */
export function withoutReads(diff: string): string {
  let inside: number | undefined;
  const lines = diff.split("\n").filter((line) => {
    const begins = READ.exec(line)?.[1]?.length;
    const depth = line.search(/\S/);
    if (begins !== undefined) inside = begins;
    else if (inside !== undefined && depth >= 0 && depth <= inside) inside = undefined;
    return inside === undefined;
  });
  return lines.join("\n").trim();
}
