import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RegistryLogin } from "../docker/app-image.ts";
import { labels, type Owner } from "../labels.ts";
import { SERVED_BY } from "./ingress-sharing.ts";

export interface StackNamespaceArgs {
  readonly owner: Owner;
  readonly namespace: string;
  /** Whether an ingress controller of the stack's own serves it. */
  readonly ownController: boolean;
  /** What the registry of the app's image asks for; undefined pulls as anybody. */
  readonly registry: RegistryLogin | undefined;
  /** E-mail address of the account at Google as which the pods act; undefined as none. */
  readonly actsAs: pulumi.Input<string> | undefined;
}

/** Name of the account of the pods. */
export const POD_ACCOUNT = "app";

/**
 * The namespace that has all of a stack, with the Pod Security level `restricted` enforced, and the account
 * of its pods: it may do nothing in the cluster, and carries the login of the registry.
 *
 * Deleting it deletes all that is in it, claims of data too; those are protected by themselves.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export class StackNamespace extends pulumi.ComponentResource {
  readonly namespaceName: pulumi.Output<string>;
  readonly serviceAccountName: pulumi.Output<string>;
  /** Names of the Secrets with the login of the registry, for other accounts in the namespace. */
  readonly pullSecrets: readonly pulumi.Output<string>[];

  constructor(name: string, args: StackNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:StackNamespace", name, {}, opts);
    const child = { parent: this };
    const own = { "slipway.project": args.owner.project, "slipway.stack": args.owner.stack };
    const namespace = new kubernetes.core.v1.Namespace(
      name,
      {
        metadata: {
          // A fixed name: people look for it, and what is in it is found again if the state is lost.
          name: args.namespace,
          // A step has set the label where a shared controller served it.
          annotations: { "pulumi.com/patchForce": "true" },
          labels: {
            ...own,
            ...RESTRICTED,
            ...(args.ownController ? { [SERVED_BY]: args.owner.stack } : {}),
          },
        },
      },
      child,
    );
    this.namespaceName = namespace.metadata.name;

    const login = args.registry === undefined ? [] : [this.#login(name, args, args.registry)];
    this.pullSecrets = login.map(({ metadata }) => metadata.name);
    const account = new kubernetes.core.v1.ServiceAccount(
      `${name}-pods`,
      {
        metadata: {
          name: POD_ACCOUNT,
          namespace: this.namespaceName,
          labels: labels(args.owner, "web"),
          ...(args.actsAs === undefined ? {} : { annotations: { [ACTS_AS]: args.actsAs } }),
        },
        automountServiceAccountToken: false,
        imagePullSecrets: this.pullSecrets.map((secret) => ({ name: secret })),
      },
      child,
    );
    this.serviceAccountName = account.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }

  #login(
    name: string,
    { owner }: StackNamespaceArgs,
    { server, username, password }: RegistryLogin,
  ) {
    const auth = pulumi
      .output(password)
      .apply((text) => Buffer.from(`${username}:${text}`).toString("base64"));
    return new kubernetes.core.v1.Secret(
      `${name}-registry`,
      {
        metadata: { namespace: this.namespaceName, labels: labels(owner, "image") },
        type: "kubernetes.io/dockerconfigjson",
        immutable: true,
        stringData: {
          ".dockerconfigjson": pulumi.secret(
            pulumi.jsonStringify({ auths: { [server]: { username, password, auth } } }),
          ),
        },
      },
      { parent: this },
    );
  }
}

/** Read by the metadata servers of a cluster with Workload Identity. */
const ACTS_AS = "iam.gke.io/gcp-service-account";

const RESTRICTED = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
  "pod-security.kubernetes.io/warn": "restricted",
};
