import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { commandStep } from "../machine/command-step.ts";
import type { Script, Step } from "../machine/machine.ts";
import type { NewContainer, RunningContainer, StepCall } from "./cluster.ts";

/** Both are relative to where the program runs, so that the state is the same on every machine. */
const NODE = "../node_modules/.bin/node";
const PROGRAMS = "../steps";

interface LastCall {
  readonly program: "let-go";
  readonly args: StepCall["args"];
}

/** Steps that reach a cluster through a kubeconfig, which is in a file: what is in it may change any hour. */
export class ClusterSteps {
  readonly #kubeconfig: pulumi.Input<string>;

  /** @param kubeconfig path of the file. */
  constructor(kubeconfig: pulumi.Input<string>) {
    this.#kubeconfig = kubeconfig;
  }

  step(name: string, { program, args }: StepCall, opts: pulumi.CustomResourceOptions): Step {
    return new command.local.Command(
      name,
      {
        create: `${NODE} ${PROGRAMS}/${program}.ts`,
        stdin: pulumi.jsonStringify({ ...args, kubeconfig: this.#kubeconfig }),
        // What a step prints is for the user only when it fails, and then the error carries it.
        logging: command.local.Logging.None,
      },
      opts,
    );
  }

  /** A step that is taken when it is deleted, and at no other time. */
  lastStep(name: string, { program, args }: LastCall, opts: pulumi.CustomResourceOptions): Step {
    return new command.local.Command(
      name,
      {
        delete: `${NODE} ${PROGRAMS}/${program}.ts`,
        stdin: pulumi.jsonStringify({ ...args, kubeconfig: this.#kubeconfig }),
        // What it had to leave is nowhere else to be seen.
        logging: command.local.Logging.Stderr,
      },
      opts,
    );
  }

  runIn(
    { namespace, pod, container }: RunningContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const shell = pulumi.interpolate`${NODE} ${PROGRAMS}/shell.ts ${this.#kubeconfig} ${namespace} ${pod} ${container}`;
    return commandStep(shell, name, script, opts);
  }

  runInNew(
    { namespace, template, container }: NewContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const shell = pulumi.interpolate`${NODE} ${PROGRAMS}/shell-in-new-pod.ts ${this.#kubeconfig} ${namespace} ${template} ${container}`;
    return commandStep(shell, name, script, opts);
  }
}
