import { rmSync } from "node:fs";
import { expect } from "vitest";
import { succeed } from "../../hosts/succeed.ts";
import { Clone, type Ended } from "../clone.ts";
import { ask } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { writeSmallApp } from "../small-app.ts";
import type { SimulatedCloud } from "./simulated-cloud.ts";
import { type Requests, Simulator } from "./simulator.ts";

/** Where a machine that the program makes has its disk for data. */
export const DATA = "/mnt/slipway-data";

/** A clone whose stack is a small app with a database, on a machine that a simulated cloud hands out. */
export class CloudClone {
  readonly clone: Clone;
  readonly #simulator: Simulator;

  private constructor(clone: Clone, simulator: Simulator) {
    this.clone = clone;
    this.#simulator = simulator;
  }

  /** @param chooseApp what is deployed; a small app without a schema by default. */
  static async make(
    cloud: SimulatedCloud,
    requests: Requests,
    settings: Record<string, string>,
    chooseApp: (clone: Clone) => void | Promise<void> = (clone) => writeSmallApp(clone),
  ): Promise<CloudClone> {
    const clone = await Clone.make();
    await chooseApp(clone);
    setConfig(clone, { httpPort: undefined, build: "true", ...settings });
    // Makes tools, stack and secrets, and goes no further: who may log in is not said yet.
    const { output } = await clone.slipway(["start"]);
    if (!output.includes("slipway:sshSources is missing")) throw new Error(output);
    setConfig(clone, { sshSources: '["0.0.0.0/0"]' });
    return new CloudClone(clone, await Simulator.start(cloud.folder, requests));
  }

  /** The pulumi command on the stack, with a cloud. */
  async pulumi(...args: string[]): Promise<Ended> {
    return await this.#slipway("pulumi", ...args, "--stack", this.clone.stack);
  }

  /** The same, which has to end well. */
  async succeeds(...args: string[]): Promise<string> {
    const { code, output } = await this.pulumi(...args);
    expect(code, output).toBe(0);
    return output;
  }

  async up(): Promise<string> {
    return await this.succeeds("up", "--yes", "--skip-preview");
  }

  async destroy(): Promise<void> {
    await this.succeeds(...DESTROY);
  }

  /** As the runbook says it for a machine that is to be replaced. */
  async removeMachine(className: "Droplet" | "Instance"): Promise<void> {
    await this.succeeds(
      ...[...DESTROY, "--target", `**:${className}::machine`, "--target-dependents"],
    );
  }

  /** `./slipway VERB` on the stack, which has to end well; @returns what it printed. */
  async does(verb: string, ...args: string[]): Promise<string> {
    const { code, output } = await this.#slipway(verb, "--stack", this.clone.stack, ...args);
    expect(code, output).toBe(0);
    return output;
  }

  async sql(query: string): Promise<string> {
    return (await this.does("psql", "--", "-qAtc", query)).trim();
  }

  async output(name: string): Promise<string> {
    return (await this.pulumi("stack", "output", name)).output.trim();
  }

  /** Of the machine, as the stack says it. */
  async address(): Promise<string> {
    return new URL(await this.output("url")).hostname;
  }

  /** Asserts that the app answers there, with the image that the stack has. */
  async expectApp(): Promise<void> {
    const { image } = await ask(`http://${await this.address()}`, "/");
    expect(image).toBe(await this.output("image"));
  }

  /** By which the machine is known. */
  async hostKey(): Promise<string> {
    return await succeed("ssh-keyscan", ["-t", "ed25519", await this.address()]);
  }

  /** What the stack has is the cloud's, and goes with that. */
  async remove(): Promise<void> {
    await this.#simulator.stop();
    rmSync(this.clone.folder, { recursive: true, force: true });
  }

  async #slipway(...args: string[]): Promise<Ended> {
    return await this.clone.slipway(args, {
      SLIPWAY_SIMULATOR: this.#simulator.command,
      DIGITALOCEAN_TOKEN: "dummy",
      GOOGLE_OAUTH_ACCESS_TOKEN: "dummy",
    });
  }
}

const DESTROY = ["destroy", "--yes", "--skip-preview"];
