import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { cloudName } from "../cloud-name.ts";
import type { Owner } from "../labels.ts";
import type { ClusterCloud } from "../machine/cloud-place.ts";

export interface WorkloadAccountArgs {
  readonly owner: Owner;
  readonly cloud: ClusterCloud;
  /** Namespace and name of the account in the cluster whose pods act as this one. */
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * As whom the app's pods act at Google: an account that may do nothing until something is granted to it. Pods
 * get its tokens from the metadata server of their node, by Workload Identity, which knows them by their
 * address: neither a key nor a token of the cluster is in them.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
 */
export class WorkloadAccount extends pulumi.ComponentResource {
  /** E-mail address. */
  readonly email: pulumi.Output<string>;
  /** The same, once the pods may act as it. */
  readonly usableEmail: pulumi.Output<string>;

  constructor(name: string, args: WorkloadAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:google:WorkloadAccount", name, {}, opts);
    const { owner, cloud } = args;
    const child = { parent: this, provider: cloud.provider };
    const account = new gcp.serviceaccount.Account(
      name,
      {
        // The nodes' has the name of the stack alone.
        accountId: cloudName({ ...owner, project: `app-${owner.project}` }, 30),
        displayName: `The app of ${owner.project} ${owner.stack}`,
      },
      child,
    );
    const pods = `serviceAccount:${cloud.project}.svc.id.goog[${args.namespace}/${args.serviceAccount}]`;
    const member = new gcp.serviceaccount.IAMMember(
      `${name}-pods`,
      { serviceAccountId: account.name, role: "roles/iam.workloadIdentityUser", member: pods },
      // The first cluster of a project makes the pool that the pods are in.
      { ...child, dependsOn: [cloud.cluster] },
    );
    this.email = account.email;
    this.usableEmail = after(account.email, member);
    this.registerOutputs({});
  }
}
