import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { labels, type Owner } from "../labels.ts";
import type { Cluster } from "./cluster.ts";
import { CONTROLLER_ACCOUNT, SERVED_BY, servedRole } from "./ingress-sharing.ts";
import { selector } from "./kubernetes-labels.ts";
import { FIND_CONTROLLER, LABEL_NAMESPACE } from "./steps/definitions.ts";

export interface ServedNamespaceArgs {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly className: string;
  /** The stack whose controller has that class. */
  readonly servedBy: string;
}

/**
 * Lets the ingress controller of another stack serve this stack's namespace, and read what it serves there: by a
 * binding of its account, and then by the label that it looks for. The order counts: a controller that finds the
 * label and may not read stops at that, for all that it serves. When it is deleted, the label goes first.
 */
export class ServedNamespace extends pulumi.ComponentResource {
  /** Class of the controller, once it serves the namespace. */
  readonly className: pulumi.Output<string>;
  /** What selects the controller's pods in a network policy. */
  readonly controllerPods: kubernetes.types.input.networking.v1.NetworkPolicyPeer;

  constructor(name: string, args: ServedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:ServedNamespace", name, {}, opts);
    const { owner, namespace, cluster, className, servedBy } = args;
    const child = { parent: this };
    const found = cluster.steps.step(
      `${name}-controller`,
      FIND_CONTROLLER,
      { className, servedBy },
      child,
    );
    const controllerNamespace = found.stdout.apply((printed) => printed.trim());
    const binding = new kubernetes.rbac.v1.RoleBinding(
      name,
      {
        // Another class is another binding: what it is bound to can't be changed.
        metadata: { name: className, namespace, labels: labels(owner, "ingress") },
        subjects: [
          { kind: "ServiceAccount", name: CONTROLLER_ACCOUNT, namespace: controllerNamespace },
        ],
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: servedRole(className),
        },
      },
      child,
    );
    const labelled = cluster.steps.stepAndBack(
      `${name}-labelled`,
      LABEL_NAMESPACE,
      { namespace, label: SERVED_BY, value: servedBy },
      { ...child, dependsOn: [binding] },
    );
    // An Ingress of the class waits until the controller looks here.
    this.className = after(className, labelled);
    this.controllerPods = {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": controllerNamespace } },
      podSelector: { matchLabels: selector({ ...owner, stack: servedBy }, "ingress") },
    };
    this.registerOutputs({ className: this.className });
  }
}
