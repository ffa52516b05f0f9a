import { existsSync } from "node:fs";
import { docker, succeed } from "./commands.ts";
import { NODE_IMAGE } from "./images.ts";

interface ClusterNodeArgs {
  /** As the cluster knows it; its container has the name of the network before it. */
  readonly name: string;
  readonly address: string;
  readonly network: string;
  readonly label: string;
  readonly services: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where Kubernetes' programs are. */
  readonly programs: string;
  /** Its keys, certificates and kubeconfigs. */
  readonly identity: string;
}

/**
 * What containers in a container need. `--privileged` is more, and can't be had where the machine's own
 * engine may not raise its limits. In a namespace of its own the node's control group is the root, as on
 * a machine; those of its pods are within it and go with it.
 */
const RIGHTS = [
  ...["--cap-add=ALL", "--cap-drop=SYS_RESOURCE"],
  ...["apparmor", "seccomp", "systempaths"].map((what) => `--security-opt=${what}=unconfined`),
  "--device-cgroup-rule=a *:* rwm",
  "--cgroupns=private",
];

/** A machine of the cluster, which is a container. */
export class ClusterNode {
  readonly name: string;
  readonly address: string;
  readonly #container: string;
  #isRunning = true;

  private constructor({ name, address, network }: ClusterNodeArgs) {
    this.name = name;
    this.address = address;
    this.#container = `${network}-${name}`;
  }

  static async start(args: ClusterNodeArgs): Promise<ClusterNode> {
    const node = new ClusterNode(args);
    const { name, address, network, label, services, environment, programs, identity } = args;
    await docker([
      ...["run", "--detach", "--init", `--label=${label}`],
      ...[`--name=${node.#container}`, `--hostname=${name}`],
      ...[`--network=${network}`, `--ip=${address}`],
      `--mount=type=bind,readonly,src=${nameserverFile()},dst=/etc/resolv.conf`,
      `--mount=type=bind,readonly,src=${programs},dst=/opt/kubernetes`,
      `--mount=type=bind,readonly,src=${identity},dst=/etc/kubernetes`,
      // The layers of images can't be laid over those of the container.
      ...["--volume=/var", "--tmpfs=/run:mode=0755,exec"],
      ...RIGHTS,
      ...Object.entries(environment).map(([variable, value]) => `--env=${variable}=${value}`),
      ...[NODE_IMAGE, "boot-node", ...services],
    ]);
    return node;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The power fails: nothing ends in order. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await docker(["kill", this.#container]);
  }

  async boot(): Promise<void> {
    await docker(["start", this.#container]);
    this.#isRunning = true;
  }

  async restartService(name: string): Promise<void> {
    await this.run(["sv", "-w", "30", "restart", `/run/service/${name}`]);
  }

  /** Runs a command on it and returns what it printed. */
  async run(command: readonly string[], input?: string): Promise<string> {
    const interactive = input === undefined ? [] : ["--interactive"];
    return await docker(["exec", ...interactive, this.#container, ...command], input);
  }

  /** Puts an image of the machine's engine where the node's pods find it. */
  async loadImage(reference: string): Promise<void> {
    const importing = 'docker exec --interactive "$0" ctr --namespace=k8s.io images import -';
    const pipe = `docker save "$1" | ${importing}`;
    await succeed("bash", ["-o", "pipefail", "-c", pipe, this.#container, reference]);
  }
}

/**
 * The machine's name servers. Docker's own, which it gives to containers on such a network, answers on
 * a loopback address, and so can't be reached from pods.
 */
function nameserverFile(): string {
  const ofResolved = "/run/systemd/resolve/resolv.conf";
  return existsSync(ofResolved) ? ofResolved : "/etc/resolv.conf";
}
