import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AppPodArgs, appPod } from "./app-pod.ts";
import { objectLabels } from "./kubernetes-labels.ts";

export interface MigrationJobArgs extends AppPodArgs {
  /** Run by the image's `/bin/sh`. */
  readonly command: string;
  /** The migration is stopped, and has failed, after this time. */
  readonly timeoutSeconds: number;
}

/** For a node to be found and the image to get there. */
const START_SECONDS = 300;

/**
 * The migration of the database: one command, run once in the new image before anything of that image takes
 * traffic. When it fails, what comes after it does not happen, the error has the last of what it said, and
 * the next `up` runs it again. The Job of the last release stays to be looked at; what it did to the
 * database stays too.
 */
export class MigrationJob extends pulumi.ComponentResource {
  constructor(name: string, args: MigrationJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:MigrationJob", name, {}, opts);
    const seconds = args.timeoutSeconds + START_SECONDS;
    new kubernetes.batch.v1.Job(
      name,
      {
        metadata: {
          namespace: args.namespace,
          labels: objectLabels(args.owner, "step", args.version),
          // One that failed is made anew by the next `up`, though nothing of it has changed.
          annotations: { "pulumi.com/replaceUnready": "true" },
        },
        spec: {
          // Twice at once, or twice in a row, is for whoever wrote the migration to decide.
          backoffLimit: 0,
          activeDeadlineSeconds: args.timeoutSeconds,
          template: appPod(
            "step",
            args,
            { command: ["/bin/sh", "-c", args.command] },
            { restartPolicy: "Never" },
          ),
        },
      },
      { parent: this, customTimeouts: { create: `${seconds}s`, update: `${seconds}s` } },
    );
    this.registerOutputs({});
  }
}
