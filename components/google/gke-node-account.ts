import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { cloudName } from "../cloud-name.ts";
import type { Owner } from "../labels.ts";

export interface GkeNodeAccountArgs {
  readonly owner: Owner;
  /** Id of the Google Cloud project. */
  readonly project: string;
}

/**
 * As whom the nodes of a GKE cluster act, instead of Google's default account, which may do nearly everything
 * in the project. It has what Google names as the least for a node, and pulls images from the Artifact
 * Registry of the project. Pods act as themselves, by Workload Identity.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa
 */
export class GkeNodeAccount extends pulumi.ComponentResource {
  /** E-mail address, once it may do what it has to. */
  readonly email: pulumi.Output<string>;

  constructor(name: string, args: GkeNodeAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:google:GkeNodeAccount", name, {}, opts);
    const { owner, project } = args;
    const child = { parent: this };
    const account = new gcp.serviceaccount.Account(
      name,
      {
        accountId: cloudName(owner, 30),
        displayName: `The nodes of ${owner.project} ${owner.stack}`,
      },
      child,
    );
    const members = ROLES.map(
      ([what, role]) =>
        new gcp.projects.IAMMember(
          `${name}-${what}`,
          { project, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
          child,
        ),
    );
    this.email = after(account.email, ...members);
    this.registerOutputs({});
  }
}

const ROLES = [
  ["runs", "roles/container.defaultNodeServiceAccount"],
  ["pulls", "roles/artifactregistry.reader"],
] as const;
