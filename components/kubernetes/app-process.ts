import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Command, startWords } from "../shell-command.ts";
import { type AppPodArgs, appPod } from "./app-pod.ts";
import type { Cluster } from "./cluster.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";
import { PROGRESS_SECONDS, SKIP_AWAIT } from "./pod-life.ts";
import { ROLL_OUT_PROCESS } from "./steps/definitions.ts";

export interface AppProcessArgs extends AppPodArgs {
  readonly cluster: Cluster;
  readonly command: Command;
}

/** How long a process has to run without ending to count as started. */
const STEADY_SECONDS = 3;

/**
 * Another command of the app's image, without a port: a worker, a scheduler. A change of anything makes a new
 * pod; when it has run steadily, the old one is told to end and given time to finish. For that time both
 * are at work: what must not be done twice at once needs a lock, as in the database. One that does not run is
 * taken back, and the old one works on: the step that waits for it does that, and not the Deployment.
 */
export class AppProcess extends pulumi.ComponentResource {
  constructor(name: string, args: AppProcessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:AppProcess", name, {}, opts);
    const labels = { "slipway.process": name };
    const template = appPod(
      "process",
      args,
      { command: [...startWords(args.command)] },
      { terminationGracePeriodSeconds: args.drainSeconds },
    );
    const { metadata, spec } = new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata: {
          name,
          namespace: args.namespace,
          labels: objectLabels(args.owner, "process", args.version),
          annotations: {
            ...SKIP_AWAIT,
            // The roll-out may have put back what its pod is made from.
            "pulumi.com/patchForce": "true",
          },
        },
        spec: {
          replicas: 1,
          minReadySeconds: STEADY_SECONDS,
          progressDeadlineSeconds: PROGRESS_SECONDS,
          selector: { matchLabels: { ...selector(args.owner, "process"), ...labels } },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            ...template,
            metadata: {
              labels: { ...objectLabels(args.owner, "process", args.version), ...labels },
            },
          },
        },
      },
      { parent: this },
    );
    args.cluster.steps.step(
      `${name}-rolled-out`,
      ROLL_OUT_PROCESS,
      { namespace: args.namespace, rolled: { name: metadata.name, template: spec.template } },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
