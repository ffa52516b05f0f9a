import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Machine, Script, Step } from "./machine.ts";
import { scriptText } from "./script.ts";

/**
 * The machine that runs Pulumi, with the Docker Engine that the `docker` command reaches
 * (`DOCKER_HOST`, or the default socket). Owns nothing but providers; deleting it deletes nothing.
 */
export class LocalMachine extends pulumi.ComponentResource implements Machine {
  readonly dockerProvider: docker.Provider;
  readonly providers: pulumi.ProviderResource[];
  readonly address: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:LocalMachine", name, {}, opts);
    const child = { parent: this };

    this.dockerProvider = new docker.Provider(`${name}-docker`, {}, child);
    this.providers = [this.dockerProvider, new command.Provider(`${name}-command`, {}, child)];
    this.address = pulumi.output("localhost");
    this.registerOutputs({ address: this.address });
  }

  run(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return new command.local.Command(
      name,
      {
        create: "sh -s apply",
        ...(script.update === undefined ? {} : { update: "sh -s update" }),
        ...(script.remove === undefined ? {} : { delete: "sh -s remove" }),
        ...(script.replaceOn === undefined ? {} : { triggers: script.replaceOn }),
        stdin: scriptText(script),
        // What a step prints is for the user only when it fails, and then the error carries it.
        logging: command.local.Logging.None,
      },
      opts,
    );
  }
}
