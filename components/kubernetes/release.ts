import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { killedIn } from "../killed-app.ts";
import { parseRecord, type ReleaseRecord } from "../release-record.ts";
import { sourceWarning } from "../static-check.ts";
import type { Cluster } from "./cluster.ts";
import { ROLL_OUT } from "./steps/definitions.ts";

export interface ReleaseArgs {
  readonly cluster: Cluster;
  readonly namespace: pulumi.Input<string>;
  /** What is rolled out, one after the other; the last has the app. */
  readonly deployments: readonly kubernetes.apps.v1.Deployment[];
  /** How many pods of the app config wants: another number is waited for. Undefined where a scaler decides. */
  readonly replicas: number | undefined;
  readonly image: string;
  readonly version: string;
  /** Image that this release takes back, or undefined where it goes forward. */
  readonly rollbackOf: string | undefined;
  /** Where the image stands among those of the app; undefined where nobody said. */
  readonly sequence: number | undefined;
  /** Where a person finds the app, without a slash at its end. */
  readonly url: string;
  /** Where that name is to lead to. */
  readonly address: pulumi.Input<string>;
  /** Path whose answer names the image. */
  readonly versionPath: string | undefined;
  /** Asked instead where there is no version path. */
  readonly healthPath: string;
  /** Folder of the static files in the image, and the path that they are below; undefined where there are none. */
  readonly staticFiles: { readonly folder: string; readonly prefix: string } | undefined;
  /** What a proxy in front would say of the client's scheme; empty where none ends TLS. */
  readonly forwardedProto: "" | "https";
  readonly drainSeconds: number;
}

/**
 * The roll-out of a release: waits until its pods have replaced those before, asks from outside, through the
 * load balancer, what answers, and puts what the last verified release was made from back when that is not
 * this image or the pods do not get healthy. One step, because a roll-out that is recorded as done
 * although its verification failed would never be tried again.
 *
 * Recorded in the namespace's ConfigMap `releases`, whether verified or not, which goes with the namespace.
 * Ends when no pod of the release before is left. Deleting it changes nothing.
 */
export class Release extends pulumi.ComponentResource {
  /** The image that was seen to answer. Unknown until it was. */
  readonly verifiedImage: pulumi.Output<string>;
  /** The record, newest first. */
  readonly releases: pulumi.Output<readonly ReleaseRecord[]>;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:Release", name, {}, opts);
    if (args.versionPath === undefined) {
      const text = "slipway:versionPath is empty: that the new image answers can't be checked.";
      void pulumi.log.warn(text, this);
    }
    const asked = outsideRequest(args);
    const step = args.cluster.steps.step(
      `${name}-verified`,
      ROLL_OUT,
      {
        namespace: args.namespace,
        deployments: args.deployments.map(({ metadata, spec }) => ({
          name: metadata.name,
          template: spec.template,
        })),
        // Never as the Deployment has it: a scaler's changes are no reason to roll out again.
        ...(args.replicas === undefined ? {} : { replicas: args.replicas }),
        image: args.image,
        version: args.version,
        rollbackOf: args.rollbackOf ?? "",
        ...(args.sequence === undefined ? {} : { sequence: args.sequence }),
        ...(args.staticFiles === undefined ? {} : { staticFolder: args.staticFiles.folder }),
        ...asked,
        drainSeconds: args.drainSeconds,
      },
      { parent: this },
    );
    void step.stdout.apply((printed) => {
      const sources = args.staticFiles && sourceWarning(args.staticFiles.folder, printed);
      for (const text of [killedIn(printed), sources]) {
        if (text !== undefined) void pulumi.log.warn(text, this);
      }
    });
    this.releases = step.stdout.apply(parseRecord);
    this.verifiedImage = this.releases.apply((all) => all[0]?.image ?? args.image);
    // So that an `up` that has nothing to change can ask the same.
    this.registerOutputs({ verifiedImage: this.verifiedImage, asked });
  }
}

/** What is asked from outside, the image that each answer has to name (empty where any will do), and below what a static file is asked for. */
function outsideRequest(args: ReleaseArgs) {
  const { url, address, versionPath, healthPath, image, forwardedProto, staticFiles } = args;
  const headers = forwardedProto === "" ? {} : { "X-Forwarded-Proto": forwardedProto };
  const question = (path: string, expected = "") => ({
    ...{ url: `${url}${path}`, address, expected, headers },
  });
  return {
    questions: [versionPath === undefined ? question(healthPath) : question(versionPath, image)],
    ...(staticFiles === undefined ? {} : { files: question(staticFiles.prefix) }),
  };
}
