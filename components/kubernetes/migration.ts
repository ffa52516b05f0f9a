import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type DumpArgs, dumpScript } from "../postgres/dump.ts";
import { BESIDE_SERVER } from "../postgres/shell.ts";
import type { Command } from "../shell-command.ts";
import { type AppPodArgs, appPod, type PodTemplate } from "./app-pod.ts";
import type { Cluster } from "./cluster.ts";
import type { RunningContainer } from "./cluster-steps.ts";
import { objectLabels } from "./kubernetes-labels.ts";
import { PULL_IMAGE } from "./steps/definitions.ts";

export interface MigrationArgs extends AppPodArgs {
  readonly cluster: Cluster;
  readonly command: Command;
  /** Settings whose commands the image's `/bin/sh` is to run: an image that has none is refused. */
  readonly shellFor: readonly string[];
  /** The migration is stopped, and has failed, after this time. */
  readonly timeoutSeconds: number;
  /** Which data it migrates: with another it is run again. Undefined where nobody knows. */
  readonly data: pulumi.Input<string> | undefined;
  /** What is dumped first; undefined dumps nothing. */
  readonly dump: (DumpArgs & { readonly server: RunningContainer }) | undefined;
}

/** For the Job to be seen to have ended in its time. */
const MARGIN_SECONDS = 120;
/** How much later a migration that goes on is ended from outside, and what it said is lost. */
const PATIENCE_SECONDS = 30;

/** Ends the migration from inside, so that its log stays; an image without `timeout` leaves that to the Job. */
const IN_TIME = `
command -v timeout >/dev/null || exec /bin/sh -c "$0"
timeout "$1" /bin/sh -c "$0"
code=$?
case $code in
  124 | 143) echo "The migration was not done within $1 seconds (slipway:migrateSeconds)." >&2 ;;
esac
exit $code`;

/**
 * The migration of the database: one command, run once in the new image before anything of that image takes
 * traffic. The image is fetched first, so that one that can't be had is told from a migration that takes its
 * time. When it fails, what comes after it does not happen, the error has the last of what it said, and
 * the next `up` runs it again. The Job of the last release stays to be looked at; what it did to the
 * database stays too.
 *
 * A dump of the database precedes it, each time that a Job is made: a dump that is a step of its own would not be
 * taken again with a Job that is. Without one nothing is migrated.
 */
export class Migration extends pulumi.ComponentResource {
  constructor(name: string, args: MigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:Migration", name, {}, opts);
    const seconds = args.timeoutSeconds + PATIENCE_SECONDS + MARGIN_SECONDS;
    const command = jobWords(args.command, args.timeoutSeconds);
    const pod = appPod("step", args, { command }, { restartPolicy: "Never" });
    const template = args.data === undefined ? pod : withData(pod, args.data);
    const image = args.cluster.steps.step(
      `${name}-image`,
      PULL_IMAGE,
      { namespace: args.namespace, template, shellFor: args.shellFor },
      { parent: this },
    );
    const hooks = args.dump && dumpHooks(`${name}-dump`, args.cluster, args.dump);
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
          activeDeadlineSeconds: args.timeoutSeconds + PATIENCE_SECONDS,
          template,
        },
      },
      {
        parent: this,
        dependsOn: image,
        ...(hooks && { hooks }),
        customTimeouts: { create: `${seconds}s`, update: `${seconds}s` },
      },
    );
    this.registerOutputs({});
  }
}

/** Another template is another Job. */
const withData = (pod: PodTemplate, data: pulumi.Input<string>): PodTemplate => ({
  ...pod,
  metadata: { ...pod.metadata, annotations: { "slipway.data": data } },
});

/** One that is given as a list runs as it is: a shell, and `timeout`, may not be in its image. */
function jobWords(command: Command, timeoutSeconds: number): string[] {
  return typeof command === "string"
    ? ["/bin/sh", "-c", IN_TIME, command, String(timeoutSeconds)]
    : [...command];
}

/** Old dumps go when the Job has succeeded, which is what its creation waits for. */
function dumpHooks(
  name: string,
  { steps }: Cluster,
  dump: DumpArgs & { readonly server: RunningContainer },
): pulumi.ResourceHookBinding {
  const { succeeded, ...script } = dumpScript(BESIDE_SERVER, dump);
  return {
    beforeCreate: [steps.hook(dump.server, name, script)],
    afterCreate: [steps.hook(dump.server, `${name}-done`, { ...script, apply: succeeded })],
  };
}
