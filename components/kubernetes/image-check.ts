import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels, type Owner } from "../labels.ts";
import type { Step } from "../machine/machine.ts";
import type { Cluster } from "./cluster.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";
import { PULL_IMAGE } from "./steps/definitions.ts";

export interface ImageCheckArgs {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  readonly image: string;
  readonly userId: number;
  /** Name by which `slipway:images` has it. */
  readonly setting: string;
}

/**
 * Lets a node fetch an image of ours before anything is made from it, or changed to it: one that can't be had
 * is said in seconds, and what runs goes on. What waits for such a pod would say so after ten minutes.
 */
export function imageCheck(
  name: string,
  { cluster, namespace, setting, ...pod }: ImageCheckArgs,
  opts: pulumi.CustomResourceOptions,
): Step {
  const args = { namespace, setting, shellFor: [], template: checkPod(name, pod) };
  return cluster.steps.step(name, PULL_IMAGE, args, opts);
}

function checkPod(
  name: string,
  args: Pick<ImageCheckArgs, "owner" | "serviceAccount" | "image" | "userId">,
): kubernetes.types.input.core.v1.PodTemplateSpec {
  return {
    metadata: { name, labels: labels(args.owner, "step") },
    spec: {
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: nonRoot(args.userId),
      containers: [
        {
          name: "image",
          image: args.image,
          resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { memory: "128Mi" } },
          securityContext: NO_PRIVILEGES,
        },
      ],
    },
  };
}
