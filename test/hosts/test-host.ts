import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../setup/run.ts";
import { until } from "../e2e/until.ts";
import { labelled, removeLabelled } from "./labelled.ts";
import { createServer } from "./server-container.ts";
import { buildServerImage, type Variant } from "./server-image.ts";
import { SshAccess } from "./ssh-access.ts";
import { succeed } from "./succeed.ts";
import { NETWORK_LABEL, TestNetwork } from "./test-network.ts";

const HOST_LABEL = "slipway.test.host";
const READY_SECONDS = 60;
const BALLAST = "/var/lib/docker/ballast";

type User = "root" | "deploy";

interface TestHostArgs {
  /** `bare` is a fresh Debian with SSH; on `docker` an engine runs as well; `cloud` has cloud-init. */
  readonly variant: Variant;
  /**
   * Where other hosts are or will be.
   * @default - one of its own, which is removed with it
   */
  readonly network?: TestNetwork;
  /**
   * An address of that network, such as that of a host that was removed.
   * @default - one that no host has had yet
   */
  readonly address?: string;
  /** A public key that may log in besides the host's own `privateKeyFile`. */
  readonly authorizedKey?: string;
  /**
   * The private key with which the server proves that it is itself, in the format of OpenSSH.
   * @default - a new one
   */
  readonly hostKey?: string;
}

/**
 * A fresh server for a test: a container with SSH and a Docker Engine of its own. Its disk and what was
 * installed on it outlive `reboot`, and go with `remove`.
 */
export class TestHost {
  readonly address: string;
  readonly #name = `slipway-test-${randomBytes(4).toString("hex")}`;
  readonly #network: TestNetwork;
  readonly #ownsNetwork: boolean;
  readonly #access: SshAccess;

  private constructor(network: TestNetwork, { network: given, address }: TestHostArgs) {
    this.#network = network;
    this.#ownsNetwork = given === undefined;
    this.#access = new SshAccess(network.folder);
    this.address = address ?? network.nextAddress();
  }

  /** Returns when SSH answers, and Docker where it is installed. */
  static async start(args: TestHostArgs): Promise<TestHost> {
    const host = new TestHost(args.network ?? (await TestNetwork.make()), args);
    try {
      await host.#create(args);
      await succeed("docker", ["start", host.#name]);
      await host.#untilReady();
    } catch (error) {
      await host.remove();
      throw error;
    }
    return host;
  }

  /** The public key with which the server proves that it is itself: `ssh-ed25519 AAAA...`. */
  get hostKeyLine(): string {
    return this.#access.hostPublicKey;
  }

  /** A key with which both users can log in. */
  get privateKeyFile(): string {
    return this.#access.privateKeyFile;
  }

  /** Runs a command on the server as `root`, or as `deploy`, who may use sudo without a password. */
  async ssh(command: string, user: User = "root"): Promise<string> {
    return await succeed("ssh", [...this.#sshTo(user), command]);
  }

  /** The machine's docker command on the server's engine, over SSH. */
  async docker(args: string[], user: User = "root"): Promise<string> {
    const env = { ...this.#access.environment, DOCKER_HOST: `ssh://${user}@${this.address}` };
    return await succeed("docker", args, { env });
  }

  /** Copies images of the machine's engine that the server's engine does not have. */
  async loadImages(references: readonly string[]): Promise<void> {
    const missing = await this.#missing(references);
    if (missing.length === 0) return;
    const pipe = `set -o pipefail; docker save ${words(missing)} | ssh "$@" docker load`;
    await succeed("bash", ["-c", pipe, "load", ...this.#sshTo("root")]);
  }

  /** The network is lost: what is being said, and what is said from now on, gets no answer. */
  async cut(): Promise<void> {
    for (const rule of EVERY_PACKET) await this.inside(["iptables", "--insert", ...rule]);
  }

  async mend(): Promise<void> {
    for (const rule of EVERY_PACKET) await this.inside(["iptables", "--delete", ...rule]);
  }

  /** The power fails and comes back; so does a network that was cut. */
  async reboot(): Promise<void> {
    await succeed("docker", ["kill", this.#name]);
    await succeed("docker", ["start", this.#name]);
    await this.#untilReady();
  }

  /**
   * Starts the first boot of a machine in a cloud, with what that tells it. Its users and its keys are then
   * those that it is told of, so that only `inside` is sure to reach it.
   */
  async bootFirst(userData: string): Promise<void> {
    await succeed("docker", ["exec", "--interactive", this.#name, "first-boot"], {
      input: userData,
    });
  }

  async restartDocker(): Promise<void> {
    await this.inside(["systemctl", "restart", "docker"]);
    await this.#untilReady();
  }

  /** Leaves so much room on the disk that holds images, containers and volumes. */
  async fillDisk(mebibytesLeft: number): Promise<void> {
    await this.freeDisk();
    const ask = ["df", "--output=avail", "--block-size=1M", "/var/lib/docker"];
    const table = await this.inside(ask);
    const free = Number(table.split("\n")[1]);
    await this.inside(["fallocate", "--length", `${free - mebibytesLeft}M`, BALLAST]);
  }

  async freeDisk(): Promise<void> {
    await this.inside(["rm", "--force", BALLAST]);
  }

  /** Runs a command on the server that needs neither its network nor its SSH. */
  async inside(command: readonly string[]): Promise<string> {
    return await succeed("docker", ["exec", this.#name, ...command]);
  }

  /** Removes the server with all that it has. */
  async remove(): Promise<void> {
    await removeLabelled(`${HOST_LABEL}=${this.#name}`);
    if (this.#ownsNetwork) await this.#network.remove();
    this.#access.remove();
  }

  async #create({ variant, hostKey, authorizedKey }: TestHostArgs): Promise<void> {
    await this.#access.prepare(this.address, hostKey);
    await createServer({
      name: this.#name,
      image: await buildServerImage(variant),
      network: this.#network.name,
      address: this.address,
      labels: labelled({ [HOST_LABEL]: this.#name, [NETWORK_LABEL]: this.#network.name }),
    });
    const authorizedKeys = join(this.#access.folder, "authorized_keys");
    writeFileSync(authorizedKeys, `${this.#access.publicKey}\n${authorizedKey ?? ""}\n`);
    await this.#copy(authorizedKeys, "/root/.ssh/authorized_keys");
    await this.#copy(authorizedKeys, "/home/deploy/.ssh/authorized_keys");
    await this.#copy(this.#access.hostKeyFile, "/etc/ssh/ssh_host_ed25519_key");
  }

  async #untilReady(): Promise<void> {
    const ready = "! systemctl is-enabled --quiet docker 2>/dev/null || docker version";
    let said = "";
    const answers = async () => {
      const { code, stderr } = await run("ssh", [...this.#sshTo("root"), ready]);
      said = stderr;
      return code === 0;
    };
    try {
      await until(answers, "a test host answers", READY_SECONDS);
    } catch (cause) {
      const { stdout, stderr } = await run("docker", ["logs", "--tail=20", this.#name]);
      throw new Error(`A test host does not get ready. ${said}${stdout}${stderr}`, { cause });
    }
  }

  async #missing(references: readonly string[]): Promise<string[]> {
    const identify = "docker image inspect --format '{{.Id}}'";
    const ask = `for image in ${words(references)}; do echo "is $(${identify} "$image" 2>&1)"; done`;
    const here = (await succeed("sh", ["-c", ask])).split("\n");
    const there = (await this.ssh(ask)).split("\n");
    return references.filter((_, index) => here[index] !== there[index]);
  }

  #sshTo(user: User): string[] {
    return ["-F", this.#access.configFile, `${user}@${this.address}`];
  }

  async #copy(file: string, path: string): Promise<void> {
    await succeed("docker", ["cp", file, `${this.#name}:${path}`]);
  }
}

/** Before and after all that Docker does with packets; what containers say to each other stays. */
const EVERY_PACKET = [
  ["PREROUTING", "--table=mangle", "--in-interface=eth0", "--jump=DROP"],
  ["POSTROUTING", "--table=mangle", "--out-interface=eth0", "--jump=DROP"],
];

/** For a shell. */
function words(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(" ");
}
