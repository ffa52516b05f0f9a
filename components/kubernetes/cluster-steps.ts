import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { commandStep } from "../machine/command-step.ts";
import type { Script, Step } from "../machine/machine.ts";
import { scriptText } from "../machine/script.ts";
import type { StepProcess } from "./step-process.ts";
import type { SentFields, ShellDefinition, StepDefinition } from "./steps/define-step.ts";
import { SHELL, SHELL_IN_NEW_POD } from "./steps/definitions.ts";

/** Relative to where the program runs, as the paths of the programs are. */
const NODE = "../node_modules/.bin/node";

export interface RunningContainer {
  readonly namespace: pulumi.Input<string>;
  /** Pods of a StatefulSet have names that stay. */
  readonly pod: pulumi.Input<string>;
  readonly container: string;
}

export interface NewContainer {
  readonly namespace: pulumi.Input<string>;
  /** Name of the PodTemplate that the pod is made from. */
  readonly template: pulumi.Input<string>;
  readonly container: string;
}

/** Steps that reach a cluster through a kubeconfig, which is in a file: what is in it may change any hour. */
export class ClusterSteps {
  readonly #kubeconfig: pulumi.Input<string>;
  readonly #run: StepProcess;

  /** @param kubeconfig path of the file. */
  constructor(kubeconfig: pulumi.Input<string>, run: StepProcess) {
    this.#kubeconfig = kubeconfig;
    this.#run = run;
  }

  /**
   * Runs a program of `components/kubernetes/steps/` where Pulumi runs, with its arguments as JSON on standard
   * input: when the step is new, and again when anything of them changes. A step that fails leaves no trace in
   * the state (an update keeps the old one), so that the next `up` takes it again.
   */
  step<Args extends object>(
    name: string,
    definition: StepDefinition<Args, "create">,
    args: SentFields<NoInfer<Args>>,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    return this.#command(name, { create: runs(definition) }, args, opts);
  }

  /** A step that is taken when it is deleted, and at no other time. */
  lastStep<Args extends object>(
    name: string,
    definition: StepDefinition<Args, "delete">,
    args: SentFields<NoInfer<Args>>,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    // What it had to leave is nowhere else to be seen.
    const lines = { delete: runs(definition), logging: command.local.Logging.Stderr };
    return this.#command(name, lines, args, opts);
  }

  /** A step that is taken back when it is deleted: its program is given the word `on`, and then `off`. */
  stepAndBack<Args extends object>(
    name: string,
    definition: StepDefinition<Args, "both">,
    args: SentFields<NoInfer<Args>>,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const lines = { create: `${runs(definition)} on`, delete: `${runs(definition)} off` };
    return this.#command(name, lines, args, opts);
  }

  /** Takes a step in a container that runs in the cluster, as a machine does: see `Machine.run`. */
  runIn(
    container: RunningContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const shell = this.#shell(SHELL, container).apply((words) => words.join(" "));
    return commandStep(shell, name, script, opts);
  }

  /** The same in a pod that is made for it, and gone when it is done. */
  runInNew(
    container: NewContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const shell = this.#shell(SHELL_IN_NEW_POD, container).apply((words) => words.join(" "));
    return commandStep(shell, name, script, opts);
  }

  /**
   * The script's `apply` in such a container, each time that a resource is made which has this among its
   * `hooks`. Of `beforeCreate`: when it fails, the resource is not made. Of `afterCreate`: it runs when the
   * resource was made without an error, and no failure of it counts.
   */
  hook(container: RunningContainer, name: string, script: Script): pulumi.ResourceHook {
    const call = pulumi.all([this.#shell(SHELL, container), scriptText(script)]);
    return new pulumi.ResourceHook(name, async () => {
      const [shell, text] = await new Promise<[string[], string]>((done) => {
        call.apply(done);
      });
      await this.#run([...shell, "-s", "apply"], text);
    });
  }

  #command(
    name: string,
    lines: Pick<command.local.CommandArgs, "create" | "delete" | "logging">,
    args: object,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    return new command.local.Command(
      name,
      {
        stdin: pulumi.jsonStringify({ ...args, kubeconfig: this.#kubeconfig }),
        // What a step prints is for the user only when it fails, and then the error carries it.
        logging: command.local.Logging.None,
        addPreviousOutputInEnv: false,
        ...lines,
      },
      opts,
    );
  }

  /** The words that start a shell. */
  #shell<Word extends string>(
    { path, words }: ShellDefinition<Word>,
    where: Readonly<Record<Exclude<NoInfer<Word>, "kubeconfig">, pulumi.Input<string>>>,
  ): pulumi.Output<string[]> {
    const given: Readonly<Record<string, pulumi.Input<string>>> = {
      ...where,
      kubeconfig: this.#kubeconfig,
    };
    return pulumi.all([NODE, path, ...words.map((word) => given[word] ?? "")]);
  }
}

function runs({ path }: { readonly path: string }): string {
  return `${NODE} ${path}`;
}
