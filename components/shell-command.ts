/** A line for the image's `/bin/sh`, or a program and its arguments, which need no shell. */
export type Command = string | readonly string[];

/** The command as it is written in config; undefined where it is meant as a list, and is none. */
export function parseCommand(text: string): Command | undefined {
  // A line may begin with `[`, which is a command of the shell.
  if (!/^\s*\[\s*("|\])/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return isWords(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is a program and its arguments. */
export const isWords = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.every((word) => typeof word === "string" && !word.includes("\0")) &&
  value[0] !== undefined &&
  value[0] !== "";

/** The words with which a container is started. */
export function startWords(command: Command): readonly string[] {
  return typeof command === "string" ? ["/bin/sh", "-c", inPlaceOfShell(command)] : command;
}

/** The command as a person would write it. */
export const inWords = (command: Command): string =>
  typeof command === "string" ? command : JSON.stringify(command);

/** What to say where an image has no shell for the commands of these settings. */
export function noShell(settings: readonly string[]): string {
  const examples = {
    migrateCommand: '["/app","migrate"]',
    processes: '{"worker":["/app","work"]}',
  };
  const lines = Object.entries(examples).filter(([name]) => settings.includes(name));
  return [
    `The image has no /bin/sh, which is to run slipway:${settings.join(" and slipway:")}. Give a program and its ` +
      "arguments as a list, which needs no shell:",
    ...lines.map(([name, example]) => `  pulumi config set ${name} '${example}'`),
  ].join("\n");
}

/** The settings whose commands need a shell. */
export function shellNeeds(app: {
  readonly migrateCommand: Command | undefined;
  readonly processes: Readonly<Record<string, Command>>;
}): readonly string[] {
  const isLine = (command: Command | undefined) => typeof command === "string";
  return [
    ...(isLine(app.migrateCommand) ? ["migrateCommand"] : []),
    ...(Object.values(app.processes).some(isLine) ? ["processes"] : []),
  ];
}

/** `NAME=value` before a command; one with a substitution in it is left to the shell. */
const ASSIGNMENTS =
  /^\s*(?:[A-Za-z_]\w*=(?:[^\s"'\\`$()]|\$(?!\()|\\.|'[^']*'|"(?:[^"\\`$]|\\.|\$(?!\())*")*\s+)*/;
/** More than one command, or what only a shell can do. */
const FOR_THE_SHELL =
  /[;&|\n]|^\s*(?:[({!#]|(?:exec|eval|command|builtin|source|time|trap|cd|set|ulimit|umask|export|\.)\s)/;

/**
 * The shell gives its place to a simple command, which so gets the signals itself. What stands before it as
 * `NAME=value` is for its environment.
 */
export function inPlaceOfShell(command: string): string {
  if (FOR_THE_SHELL.test(command)) return command;
  const before = ASSIGNMENTS.exec(command)?.[0] ?? "";
  const rest = command.slice(before.length);
  // An assignment that was not understood, or nothing but assignments.
  if (rest === "" || /^[A-Za-z_]\w*=/.test(rest)) return command;
  return `${before}exec ${rest}`;
}
