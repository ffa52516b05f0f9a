import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { commandStep } from "./command-step.ts";
import type { Machine, Script, Step } from "./machine.ts";

/**
 * The machine that runs Pulumi, with the Docker Engine that the `docker` command reaches
 * (`DOCKER_HOST`, or the default socket). Owns nothing but providers; deleting it deletes nothing.
 */
export class LocalMachine extends pulumi.ComponentResource implements Machine {
  readonly dockerProvider: docker.Provider;
  readonly options: pulumi.ComponentResourceOptions;
  readonly address: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:machine:LocalMachine", name, {}, opts);
    const child = { parent: this };

    this.dockerProvider = new docker.Provider(`${name}-docker`, {}, child);
    const commands = new command.Provider(`${name}-command`, {}, child);
    this.options = { providers: [this.dockerProvider, commands] };
    this.address = pulumi.output("localhost");
    this.registerOutputs({ address: this.address });
  }

  run(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return commandStep("sh", name, script, opts);
  }

  runLocal(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return commandStep(
      "sh",
      name,
      { ...script, functions: `${HERE}${script.functions ?? ""}` },
      opts,
    );
  }
}

const HERE = `
on_host() { "$@"; }
with_engine() { "$@"; }`;
