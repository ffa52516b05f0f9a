import { newCommand } from "../../ops/verbs/command.ts";
import { choice } from "../../ops/verbs/options.ts";
import { defineVerb, type Verb } from "../../ops/verbs/verb.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { type CommandWords, wordsOf } from "./words.ts";
import { zshCompletion } from "./zsh.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

const scripts: Readonly<
  Record<(typeof SHELLS)[number], (commands: readonly CommandWords[]) => string>
> = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

const command = newCommand(
  "completion",
  "Print the completion of commands, options and stacks for your shell, to load in its start file: " +
    "`source <(./slipway completion bash)`, the same with zsh, `./slipway completion fish | source`.",
).addArgument(choice("shell", SHELLS, "Your shell."));

/** @param verbs all commands, this one included. */
export const completionOf = (verbs: () => readonly Verb[]): Verb =>
  defineVerb(command, {
    group: "This machine",
    needsPulumi: false,
    async run(_, shell) {
      process.stdout.write(scripts[shell](wordsOf(verbs())));
      return 0;
    },
  });
