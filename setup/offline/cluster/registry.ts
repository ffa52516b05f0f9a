import { randomBytes } from "node:crypto";
import { docker } from "./commands.ts";
import { NODE_IMAGE } from "./images.ts";

const PORT = 5000;
const PRIVATE_PORT = 5001;
const USERNAME = "cluster";

interface RegistryArgs {
  readonly network: string;
  readonly address: string;
  readonly label: string;
}

/** A registry that the nodes pull from, and which has what it has at a second address for those who log in. */
export class Registry {
  /** `HOST:PORT`, as in the references of pods. */
  readonly host: string;
  readonly privateHost: string;
  readonly username = USERNAME;
  readonly password: string;
  /** Where this machine's engine pushes: it takes a registry without a certificate on loopback only. */
  readonly #hostHere: string;

  private constructor(address: string, hostHere: string, password: string) {
    this.host = `${address}:${PORT}`;
    this.privateHost = `${address}:${PRIVATE_PORT}`;
    this.#hostHere = hostHere;
    this.password = password;
  }

  static async start({ network, address, label }: RegistryArgs): Promise<Registry> {
    const name = `${network}-registry`;
    const password = randomBytes(12).toString("hex");
    await docker([
      ...["run", "--detach", "--init", `--label=${label}`, `--name=${name}`],
      ...[`--network=${network}`, `--ip=${address}`, `--publish=127.0.0.1::${PORT}`],
      ...[`--env=REGISTRY_USERNAME=${USERNAME}`, `--env=REGISTRY_PASSWORD=${password}`],
      "--tmpfs=/run:mode=0755,exec",
      ...[NODE_IMAGE, "start-services", "registry", "private-registry"],
    ]);
    const hostHere = await docker(["port", name, `${PORT}/tcp`]);
    return new Registry(address, hostHere, password);
  }

  static hostsAt(address: string): string[] {
    return [`${address}:${PORT}`, `${address}:${PRIVATE_PORT}`];
  }

  /**
   * Pushes an image of this machine's engine.
   *
   * @param name what it is called in the registry
   * @returns its reference by digest, as pods use it
   */
  async push(image: string, name: string): Promise<string> {
    const here = `${this.#hostHere}/${name}:${randomBytes(4).toString("hex")}`;
    await docker(["tag", image, here]);
    try {
      const printed = await docker(["push", here]);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(printed)?.[1];
      if (digest === undefined) throw new Error(`No digest in what Docker printed:\n${printed}`);
      return `${this.host}/${name}@${digest}`;
    } finally {
      await docker(["rmi", here]);
    }
  }
}
