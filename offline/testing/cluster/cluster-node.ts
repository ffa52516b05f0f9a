import { docker, succeed } from "./commands.ts";

/** What any process may know of a node. */
export interface NodeData {
  /** As the cluster knows it. */
  readonly name: string;
  readonly container: string;
}

/** A machine of the cluster, which is a container. */
export class ClusterNode {
  readonly data: NodeData;

  constructor(data: NodeData) {
    this.data = data;
  }

  get name(): string {
    return this.data.name;
  }

  /** The power fails: nothing ends in order. */
  async turnOff(): Promise<void> {
    await docker(["kill", this.data.container]);
  }

  async turnOn(): Promise<void> {
    await docker(["start", this.data.container]);
  }

  async restartService(name: string): Promise<void> {
    await this.run(["sv", "-w", "30", "force-restart", `/run/service/${name}`]);
  }

  /** Runs a command on it and returns what it printed. */
  async run(command: readonly string[], input?: string): Promise<string> {
    const interactive = input === undefined ? [] : ["--interactive"];
    return await docker(["exec", ...interactive, this.data.container, ...command], input);
  }

  /** containerd looks at it with each pull. */
  async reachRegistry(name: string, address: string): Promise<void> {
    const write = 'mkdir -p "$0" && cat >"$0/hosts.toml"';
    const folder = `/etc/containerd/certs.d/${name}`;
    await this.run(["sh", "-c", write, folder], `server = 'http://${address}'\n`);
  }

  /** Puts an image of the machine's engine where the node's pods find it. */
  async loadImage(reference: string): Promise<void> {
    const importing = 'docker exec --interactive "$0" ctr --namespace=k8s.io images import -';
    const pipe = `docker save "$1" | ${importing}`;
    await succeed("bash", ["-o", "pipefail", "-c", pipe, this.data.container, reference]);
  }
}
