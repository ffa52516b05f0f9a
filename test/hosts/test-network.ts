import { randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { takeMachineLock } from "../../offline/machine-lock.ts";
import { FOLDER_PREFIX, labelled, removeLabelled, removeLeftovers } from "./labelled.ts";
import { succeed } from "./succeed.ts";

export const NETWORK_LABEL = "slipway.test.network";

const FIRST_HOST = 10;
const TRIES = 20;

/** A network that the machine reaches and no other container is on, for the hosts of one test. */
export class TestNetwork {
  readonly name: string;
  /** What its hosts keep on the machine: it goes with the network. */
  readonly folder = mkdtempSync(FOLDER_PREFIX);
  readonly #prefix: string;
  #hosts = 0;

  private constructor(name: string, prefix: string) {
    this.name = name;
    this.#prefix = prefix;
  }

  /** Makes one, once what killed runs have left behind is gone. */
  static async make(): Promise<TestNetwork> {
    const release = await takeMachineLock("slipway-test-hosts");
    try {
      await removeLeftovers();
      return await TestNetwork.#makeWhereFree(TRIES);
    } finally {
      await release();
    }
  }

  static async #makeWhereFree(tries: number): Promise<TestNetwork> {
    const name = `slipway-test-${randomBytes(4).toString("hex")}`;
    // Not where Docker takes addresses by itself: the hosts' own engines do so too.
    const prefix = `10.${randomInt(128, 255)}.${randomInt(256)}`;
    const labels = labelled({ [NETWORK_LABEL]: name });
    try {
      await succeed("docker", [
        "network",
        "create",
        `--subnet=${prefix}.0/24`,
        `--gateway=${prefix}.1`,
        ...labels,
        name,
      ]);
    } catch (error) {
      if (tries > 1 && /overlaps/i.test(String(error))) {
        return await TestNetwork.#makeWhereFree(tries - 1);
      }
      throw error;
    }
    return new TestNetwork(name, prefix);
  }

  /** Of this machine, as its hosts reach it. */
  get gateway(): string {
    return `${this.#prefix}.1`;
  }

  /** Options of `docker create` for a container that is there at an address, and goes with the network. */
  at(address: string): string[] {
    const labels = labelled({ [NETWORK_LABEL]: this.name });
    return [`--network=${this.name}`, `--ip=${address}`, ...labels];
  }

  /** An address that no host has had yet. */
  nextAddress(): string {
    return `${this.#prefix}.${FIRST_HOST + this.#hosts++}`;
  }

  /** Removes it, and the hosts that are still on it. */
  async remove(): Promise<void> {
    await removeLabelled(`${NETWORK_LABEL}=${this.name}`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
