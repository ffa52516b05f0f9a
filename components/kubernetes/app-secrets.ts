import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppEnvironment } from "../app-environment.ts";
import { labels, type Owner } from "../labels.ts";

export interface AppSecretsArgs {
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly environment: AppEnvironment;
}

/**
 * All secrets of the app in one object that never changes: another value is another object under another
 * name, so that pods of a release keep theirs, and a change rolls them. The old one goes last.
 */
export class AppSecrets extends pulumi.ComponentResource {
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: AppSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:AppSecrets", name, {}, opts);
    const { files, secrets } = args.environment;
    const secret = new kubernetes.core.v1.Secret(
      name,
      {
        metadata: { namespace: args.namespace, labels: labels(args.owner, "web") },
        immutable: true,
        stringData: {
          ...secrets,
          ...Object.fromEntries(files.map((file) => [file.name, pulumi.secret(file.content)])),
        },
      },
      { parent: this },
    );
    this.secretName = secret.metadata.name;
    this.registerOutputs({ secretName: this.secretName });
  }
}
