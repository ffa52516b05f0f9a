import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackFiles } from "../stack-files.ts";
import { ClusterSteps } from "./cluster-steps.ts";

export interface ClusterAccessArgs {
  /** With which objects are made. */
  readonly kubeconfig: pulumi.Input<string>;
  /** With which steps are taken: it becomes a file on the machine that runs Pulumi, and may have another login. */
  readonly stepKubeconfig: pulumi.Input<string>;
  /** What tells the cluster from others: only another one makes everything anew. */
  readonly identifier: pulumi.Input<string>;
  readonly files: StackFiles;
}

/** How a cluster is reached: by explicit providers, and by steps. Never as the machine's own kubeconfig happens to. */
export class ClusterAccess {
  readonly provider: kubernetes.Provider;
  readonly commands: command.Provider;
  readonly steps: ClusterSteps;
  /** Path of the file that the steps use. */
  readonly kubeconfigFile: pulumi.Output<string>;

  constructor(name: string, args: ClusterAccessArgs, opts: pulumi.CustomResourceOptions) {
    this.provider = new kubernetes.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig: pulumi.secret(args.kubeconfig),
        clusterIdentifier: args.identifier,
        enableServerSideApply: true,
      },
      opts,
    );
    this.commands = new command.Provider(`${name}-command`, {}, opts);
    this.kubeconfigFile = pulumi.unsecret(
      args.files.save("kubeconfig", pulumi.secret(args.stepKubeconfig)),
    );
    this.steps = new ClusterSteps(this.kubeconfigFile);
  }
}
