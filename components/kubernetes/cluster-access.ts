import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { commandStep } from "../machine/command-step.ts";
import type { StackFiles } from "../stack-files.ts";
import type { CheckClusterArgs } from "./cluster-needs.ts";
import { ClusterSteps } from "./cluster-steps.ts";
import type { StepProcess } from "./step-process.ts";
import { CHECK_CLUSTER } from "./steps/definitions.ts";

export interface ClusterAccessArgs {
  /** With which objects are made. */
  readonly kubeconfig: pulumi.Input<string>;
  /** With which steps are taken: it becomes a file on the machine that runs Pulumi, and may have another login. */
  readonly stepKubeconfig: pulumi.Input<string>;
  /** What tells the cluster from others: only another one makes everything anew. */
  readonly identifier: pulumi.Input<string>;
  readonly files: StackFiles;
  /** What is asked of it before anything is made; undefined where the stack makes the cluster. */
  readonly needs?: CheckClusterArgs;
  readonly runStep: StepProcess;
}

/** How a cluster is reached: by explicit providers, and by steps. Never as the machine's own kubeconfig happens to. */
export class ClusterAccess {
  readonly provider: kubernetes.Provider;
  readonly commands: command.Provider;
  readonly steps: ClusterSteps;
  /** Path of the file that the steps use. */
  readonly kubeconfigFile: pulumi.Output<string>;

  constructor(name: string, args: ClusterAccessArgs, opts: pulumi.CustomResourceOptions) {
    this.commands = new command.Provider(`${name}-command`, {}, opts);
    // Of all that reaches the cluster it is deleted last: nobody needs the login any more.
    const files = commandStep(
      "sh",
      `${name}-files`,
      { values: { FILES: args.files.path }, apply: ":", remove: `rm -rf "$FILES"` },
      { ...opts, provider: this.commands },
    );
    const file = args.files.save("kubeconfig", pulumi.secret(args.stepKubeconfig));
    this.kubeconfigFile = pulumi.unsecret(after(file, files));
    this.steps = new ClusterSteps(this.kubeconfigFile, args.runStep);
    const checked = this.#checked(name, args, opts);
    this.provider = new kubernetes.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig: pulumi.secret(args.kubeconfig),
        clusterIdentifier: args.identifier,
        enableServerSideApply: true,
      },
      pulumi.mergeOptions(opts, { dependsOn: checked }),
    );
  }

  /** Before the provider, which takes longer to say less of a cluster that does not answer. */
  #checked(
    name: string,
    { needs }: ClusterAccessArgs,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    if (needs === undefined) return [];
    const byCommands = { ...opts, provider: this.commands };
    return [this.steps.step(`${name}-checked`, CHECK_CLUSTER, needs, byCommands)];
  }
}
