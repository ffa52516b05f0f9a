import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackFiles } from "../stack-files.ts";
import type { Cluster } from "./cluster.ts";
import { ClusterAccess } from "./cluster-access.ts";
import type { ClusterNeeds, ClusterWhereabouts } from "./cluster-needs.ts";
import type { ClusterSteps } from "./cluster-steps.ts";
import type { StepProcess } from "./step-process.ts";

export interface ExistingClusterArgs {
  /** A change of the login in it changes nothing. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Address of the API server in it. At another one than the first, the stack has to be there already. */
  readonly server: string;
  /** Address at which the stack's first run found it, which tells it from others; undefined before that. */
  readonly firstServer?: string | undefined;
  readonly files: StackFiles;
  readonly needs: ClusterNeeds;
  readonly runStep: StepProcess;
}

/**
 * A cluster that somebody else runs, reached as its kubeconfig says and never as the machine's own
 * happens to. Owns nothing but providers; deleting it deletes nothing.
 */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly provider: kubernetes.Provider;
  readonly options: pulumi.ComponentResourceOptions;
  readonly steps: ClusterSteps;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:ExistingCluster", name, {}, opts);
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const access = new ClusterAccess(
      name,
      {
        kubeconfig,
        stepKubeconfig: kubeconfig,
        identifier: args.firstServer ?? args.server,
        needs: { ...args.needs, ...whereabouts(args) },
        files: args.files,
        runStep: args.runStep,
      },
      { parent: this },
    );
    this.provider = access.provider;
    this.options = { providers: [access.provider, access.commands] };
    this.steps = access.steps;
    this.registerOutputs({ kubeconfigFile: access.kubeconfigFile });
  }
}

function whereabouts({ server, firstServer }: ExistingClusterArgs): ClusterWhereabouts {
  return firstServer === undefined || firstServer === server
    ? { server }
    : { server, movedFrom: firstServer };
}
