import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Script, Step } from "./machine.ts";
import { quietText, scriptText } from "./script.ts";

/**
 * A step of a machine as a resource. Its commands are short, because an error begins with them; all that is to
 * be done comes on standard input.
 *
 * @param shell starts the shell that takes it, as a command of the machine that runs Pulumi.
 * @param otherwise what is done there when the step has failed, in words of the shell.
 */
export function commandStep(
  shell: pulumi.Input<string>,
  name: string,
  script: Script,
  opts: pulumi.CustomResourceOptions,
  otherwise?: string,
): Step {
  const part = (which: string) => `sh -s ${which} ${name}`;
  return new command.local.Command(
    name,
    {
      create: part("apply"),
      ...(script.update === undefined ? {} : { update: part("update") }),
      ...(script.remove === undefined ? {} : { delete: part("remove") }),
      ...(script.replaceOn === undefined ? {} : { triggers: script.replaceOn }),
      stdin: pulumi
        .all([shell, scriptText(script)])
        .apply(([words, text]) => quietText(words, text, otherwise)),
      // What a step prints is for the user only when it fails, and then the error carries it.
      logging: command.local.Logging.None,
      // A variable of the environment has its limits, which the output of an earlier version may exceed.
      ...(readsPrinted(script) ? {} : { addPreviousOutputInEnv: false }),
    },
    opts,
  );
}

const readsPrinted = ({ remove = "", update = "" }: Script): boolean =>
  /\bPRINTED\b/.test(remove) || update.includes("PULUMI_COMMAND_STDOUT");
