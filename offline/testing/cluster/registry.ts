import { randomBytes } from "node:crypto";
import { docker } from "./commands.ts";
import { NODE_IMAGE } from "./images.ts";

const PORT = 5000;
const PRIVATE_PORT = 5001;

/** What any process may know of a registry. */
export interface RegistryData {
  /** `HOST:PORT`, as in the references of pods. */
  readonly host: string;
  /** The same images, for those who log in. */
  readonly privateHost: string;
  readonly username: string;
  readonly password: string;
  /** Where this machine's engine pushes: it takes a registry without a certificate on loopback only. */
  readonly hostHere: string;
}

interface RegistryArgs {
  readonly network: string;
  readonly address: string;
  readonly label: string;
}

/** A registry that the nodes pull from. */
export class Registry {
  readonly data: RegistryData;

  constructor(data: RegistryData) {
    this.data = data;
  }

  /**
   * Pushes an image of this machine's engine.
   *
   * @param name what it is called in the registry
   * @returns its reference by digest, as pods use it
   */
  async push(image: string, name: string): Promise<string> {
    const here = `${this.data.hostHere}/${name}:${randomBytes(4).toString("hex")}`;
    await docker(["tag", image, here]);
    try {
      const printed = await docker(["push", here]);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(printed)?.[1];
      if (digest === undefined) throw new Error(`No digest in what Docker printed:\n${printed}`);
      return `${this.data.host}/${name}@${digest}`;
    } finally {
      await docker(["rmi", here]);
    }
  }
}

/** `HOST:PORT` of what is served at an address, first to everybody, then to those who log in. */
export function registryHosts(address: string): readonly [string, string] {
  return [`${address}:${PORT}`, `${address}:${PRIVATE_PORT}`];
}

export async function startRegistry({ network, address, label }: RegistryArgs): Promise<Registry> {
  const name = `${network}-registry`;
  const [host, privateHost] = registryHosts(address);
  const username = "cluster";
  const password = randomBytes(12).toString("hex");
  await docker([
    ...["run", "--detach", "--init", `--label=${label}`, `--name=${name}`],
    ...[`--network=${network}`, `--ip=${address}`, `--publish=127.0.0.1::${PORT}`],
    ...[`--env=REGISTRY_USERNAME=${username}`, `--env=REGISTRY_PASSWORD=${password}`],
    "--tmpfs=/run:mode=0755,exec",
    ...[NODE_IMAGE, "start-services", "registry", "private-registry"],
  ]);
  const hostHere = await docker(["port", name, `${PORT}/tcp`]);
  return new Registry({ host, privateHost, username, password, hostHere });
}
