import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { inPlaceOfShell } from "../shell-command.ts";
import { type AppPodArgs, appPod } from "./app-pod.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";

export interface ProcessDeploymentArgs extends AppPodArgs {
  /** Run by the image's `/bin/sh`. */
  readonly command: string;
}

/** How long a process has to run without ending to count as started. */
const STEADY_SECONDS = 3;

/**
 * Another command of the app's image, without a port: a worker, a scheduler. A change of anything makes a new
 * pod; when it has run steadily, the old one is told to end and given time to finish. For that time both
 * are at work: what must not be done twice at once needs a lock, as in the database.
 */
export class ProcessDeployment extends pulumi.ComponentResource {
  constructor(name: string, args: ProcessDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:ProcessDeployment", name, {}, opts);
    const labels = { "slipway.process": name };
    const template = appPod(
      "process",
      args,
      { command: ["/bin/sh", "-c", inPlaceOfShell(args.command)] },
      { terminationGracePeriodSeconds: args.drainSeconds },
    );
    new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata: {
          name,
          namespace: args.namespace,
          labels: objectLabels(args.owner, "process", args.version),
        },
        spec: {
          replicas: 1,
          minReadySeconds: STEADY_SECONDS,
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
    this.registerOutputs({});
  }
}
