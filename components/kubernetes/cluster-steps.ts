import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { commandStep } from "../machine/command-step.ts";
import type { Script, Step } from "../machine/machine.ts";
import { scriptText } from "../machine/script.ts";
import type { NewContainer, RunningContainer, StepCall } from "./cluster.ts";
import type { StepProcess } from "./step-process.ts";

/** Both are relative to where the program runs, so that the state is the same on every machine. */
const NODE = "../node_modules/.bin/node";
const PROGRAMS = "../components/kubernetes/steps";

interface LastCall {
  readonly program: "let-go";
  readonly args: StepCall["args"];
}

interface ReversibleCall {
  readonly program: "label-namespace";
  readonly args: StepCall["args"];
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
   * Runs one of the programs in `components/kubernetes/steps/` where Pulumi runs, with its arguments as JSON on standard input: when
   * the step is new, and again when anything of them changes. A step that fails leaves no trace in the
   * state (an update keeps the old one), so that the next `up` takes it again.
   */
  step(name: string, { program, args }: StepCall, opts: pulumi.CustomResourceOptions): Step {
    return new command.local.Command(
      name,
      {
        create: `${NODE} ${PROGRAMS}/${program}.ts`,
        stdin: pulumi.jsonStringify({ ...args, kubeconfig: this.#kubeconfig }),
        // What a step prints is for the user only when it fails, and then the error carries it.
        logging: command.local.Logging.None,
        addPreviousOutputInEnv: false,
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
        addPreviousOutputInEnv: false,
      },
      opts,
    );
  }

  /** A step that is taken back when it is deleted: its program is given the word `on`, and then `off`. */
  stepAndBack(
    name: string,
    { program, args }: ReversibleCall,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    return new command.local.Command(
      name,
      {
        create: `${NODE} ${PROGRAMS}/${program}.ts on`,
        delete: `${NODE} ${PROGRAMS}/${program}.ts off`,
        stdin: pulumi.jsonStringify({ ...args, kubeconfig: this.#kubeconfig }),
        logging: command.local.Logging.None,
        addPreviousOutputInEnv: false,
      },
      opts,
    );
  }

  /** Takes a step in a container that runs in the cluster, as a machine does: see `Machine.run`. */
  runIn(
    container: RunningContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const shell = this.#shellIn(container).apply((words) => words.join(" "));
    return commandStep(shell, name, script, opts);
  }

  /** The same in a pod that is made for it, and gone when it is done. */
  runInNew(
    { namespace, template, container }: NewContainer,
    name: string,
    script: Script,
    opts: pulumi.CustomResourceOptions,
  ): Step {
    const shell = pulumi.interpolate`${NODE} ${PROGRAMS}/shell-in-new-pod.ts ${this.#kubeconfig} ${namespace} ${template} ${container}`;
    return commandStep(shell, name, script, opts);
  }

  /**
   * The script's `apply` in such a container, each time that a resource is made which has this among its
   * `hooks`. Of `beforeCreate`: when it fails, the resource is not made. Of `afterCreate`: it runs when the
   * resource was made without an error, and no failure of it counts.
   */
  hook(container: RunningContainer, name: string, script: Script): pulumi.ResourceHook {
    const call = pulumi.all([this.#shellIn(container), scriptText(script)]);
    return new pulumi.ResourceHook(name, async () => {
      const [shell, text] = await new Promise<[string[], string]>((done) => {
        call.apply(done);
      });
      await this.#run([...shell, "-s", "apply"], text);
    });
  }

  #shellIn({ namespace, pod, container }: RunningContainer): pulumi.Output<string[]> {
    return pulumi
      .all([this.#kubeconfig, namespace, pod])
      .apply(([kubeconfig, where, which]) => [
        ...[NODE, `${PROGRAMS}/shell.ts`, kubeconfig, where, which],
        container,
      ]);
  }
}
