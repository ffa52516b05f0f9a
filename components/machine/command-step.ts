import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Script, Step } from "./machine.ts";
import { scriptText } from "./script.ts";

/** Whom the record of releases names: the pipeline's user, or the one of the terminal. */
const WHO = `$(printf %s "\${GITLAB_USER_LOGIN:-\${USER:-$(id -un)}}" | tr -cd 'A-Za-z0-9._@-')`;

/** What the step had printed, as a word that any shell on the way leaves as it is, and that is never empty. */
const PRINTED = `=$(printf %s "$PULUMI_COMMAND_STDOUT" | base64 | tr -d '\\n')`;

/**
 * A step of a machine as a resource.
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
  const after = otherwise === undefined ? "" : ` || ${otherwise}`;
  const part = (which: string, what: string) =>
    pulumi.interpolate`${shell} -s ${which} "${what}"${after}`;
  return new command.local.Command(
    name,
    {
      create: part("apply", WHO),
      ...(script.update === undefined ? {} : { update: part("update", WHO) }),
      ...(script.remove === undefined ? {} : { delete: part("remove", PRINTED) }),
      ...(script.replaceOn === undefined ? {} : { triggers: script.replaceOn }),
      stdin: scriptText(script),
      // What a step prints is for the user only when it fails, and then the error carries it.
      logging: command.local.Logging.None,
    },
    opts,
  );
}
