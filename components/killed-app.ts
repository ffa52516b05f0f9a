/** Begins a line of a step's output, `killed NAME SECONDS`, which tells of what had to be killed. */
export const KILLED = "killed ";

/** The output of a step without what it tells of what was killed. */
export const withoutKilled = (printed: string) =>
  printed
    .split("\n")
    .filter((line) => !line.startsWith(KILLED))
    .join("\n");

/** What to say of containers or pods that ended only when they were killed; undefined where none did. */
export function killedIn(printed: string): string | undefined {
  const killed = printed.split("\n").filter((line) => line.startsWith(KILLED));
  const [, name = "", seconds = ""] = killed[0]?.split(" ") ?? [];
  if (killed.length === 0) return undefined;
  return (
    `${name} did not end within ${seconds} seconds of SIGTERM and was killed, and every release waits that long ` +
    `for the one before. The usual reason is a shell as its first process, which hands no signal on: write CMD as ` +
    `a list (CMD ["node", "server.js"]), and begin the last line of a start script with exec. Else the app ` +
    `ignores SIGTERM, or waits for connections that stay open.`
  );
}
