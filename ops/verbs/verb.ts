import type { Command, CommandUnknownOpts, OptionValues } from "@commander-js/extra-typings";
import { forgoColours } from "../colours.ts";
import { parseInto } from "./command.ts";

/** Headings of the help, in its order. */
export const GROUPS = [
  "This machine",
  "First day",
  "Releases",
  "A running stack",
  "Repair",
  "Development",
] as const;

/** A command whose arguments were read and found good; nothing was set up or done yet. */
export interface Prepared {
  /** Whether it needs the pulumi command and its plugins in this clone. */
  readonly needsPulumi: boolean;
  /** @returns the exit code. */
  run(): Promise<number>;
}

/** A command of `./slipway`. */
export interface Verb {
  readonly name: string;
  /** Parsing, help, completion and `docs/cli.md` come from it. */
  readonly command: CommandUnknownOpts;
  /**
   * Reads and checks arguments.
   *
   * @throws UserError, before anything is set up.
   */
  parse(args: readonly string[]): Prepared;
  /** What was read last: by `parse`, or by the program that the command is a part of. */
  prepared(): Prepared;
  /** @returns the exit code. */
  run(args: readonly string[]): Promise<number>;
}

interface Behaviour<Args extends unknown[], Options extends OptionValues> {
  readonly group: (typeof GROUPS)[number];
  /** Whether its options are those of another program. */
  readonly passesOptionsOn?: true;
  /** @default true */
  readonly needsPulumi?: boolean | ((options: Options) => boolean);
  /** What no single option can say. Looks at nothing but the arguments and the folder. */
  readonly check?: (options: Options, ...args: Args) => void;
  readonly run: (options: Options, ...args: Args) => Promise<number>;
}

export function defineVerb<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
  { group, passesOptionsOn, needsPulumi = true, check, run }: Behaviour<Args, Options>,
): Verb {
  const declared = command as unknown as CommandUnknownOpts;
  declared.helpGroup(`${group}:`);
  if (!passesOptionsOn) declared.option("--no-color", "Print without colours, as with NO_COLOR=1.");
  const prepared = (): Prepared => {
    const options = withoutEmpty(command.opts());
    const args = command.processedArgs;
    if (declared.opts()["color"] === false) forgoColours();
    check?.(options, ...args);
    return {
      needsPulumi: typeof needsPulumi === "function" ? needsPulumi(options) : needsPulumi,
      run: async () => await run(options, ...args),
    };
  };
  const parse = (args: readonly string[]) => {
    parseInto(declared, args);
    return prepared();
  };
  return {
    name: command.name(),
    command: declared,
    parse,
    prepared,
    run: async (args) => await parse(args).run(),
  };
}

/** What is given as an empty text, and may be, was not given: commander makes `""` of an undefined value. */
const withoutEmpty = <Options extends OptionValues>(options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== "")) as Options;
