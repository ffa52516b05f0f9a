import { existsSync } from "node:fs";
import { ClusterNode } from "./cluster-node.ts";
import { docker } from "./commands.ts";
import { NODE_IMAGE } from "./images.ts";

interface NodeContainerArgs {
  readonly name: string;
  readonly address: string;
  readonly network: string;
  readonly label: string;
  readonly services: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of Kubernetes' programs. */
  readonly programs: string;
  /** That of its keys, certificates and kubeconfigs. */
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

/** A machine has its cores for itself: what runs beside the cluster is not to take them from its pods. */
const CORES = ["--cpu-shares=4096"];

/** Starts a machine that boots as a node. */
export async function startNode(args: NodeContainerArgs): Promise<ClusterNode> {
  const { name, address, network, label, services, environment, programs, identity } = args;
  const container = `${network}-${name}`;
  await docker([
    ...["run", "--detach", "--init", `--label=${label}`],
    ...[`--name=${container}`, `--hostname=${name}`],
    ...[`--network=${network}`, `--ip=${address}`],
    `--mount=type=bind,readonly,src=${nameserverFile()},dst=/etc/resolv.conf`,
    `--mount=type=bind,readonly,src=${programs},dst=/opt/kubernetes`,
    `--mount=type=bind,readonly,src=${identity},dst=/etc/kubernetes`,
    // The layers of images can't be laid over those of the container.
    ...["--volume=/var", "--tmpfs=/run:mode=0755,exec"],
    ...RIGHTS,
    ...CORES,
    ...Object.entries(environment).map(([variable, value]) => `--env=${variable}=${value}`),
    ...[NODE_IMAGE, "boot-node", ...services],
  ]);
  return new ClusterNode({ name, container });
}

/**
 * The machine's name servers. Docker's own, which it gives to containers on such a network, answers on
 * a loopback address, and so can't be reached from pods.
 */
function nameserverFile(): string {
  const ofResolved = "/run/systemd/resolve/resolv.conf";
  return existsSync(ofResolved) ? ofResolved : "/etc/resolv.conf";
}
