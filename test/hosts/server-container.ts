import { existsSync } from "node:fs";
import { succeed } from "./succeed.ts";

interface ServerContainer {
  readonly name: string;
  readonly image: string;
  readonly network: string;
  readonly address: string;
  /** Options that label it and its volume. */
  readonly labels: readonly string[];
}

const DISK_MEBIBYTES = 8192;

/**
 * What an engine in a container needs. `--privileged` is more, and can't be had where the machine's own
 * engine may not raise its limits. In a namespace of its own the server's control group is the root, as
 * on a machine; those of its containers are within it and go with it.
 */
const RIGHTS = [
  ...["--cap-add=ALL", "--cap-drop=SYS_RESOURCE"],
  ...["apparmor", "seccomp", "systempaths"].map((what) => `--security-opt=${what}=unconfined`),
  "--device-cgroup-rule=a *:* rwm",
  "--cgroupns=private",
];

/** Makes a container that stands for a server, and its disk, which has the same name. */
export async function createServer(server: ServerContainer): Promise<void> {
  const { name, image, network, address, labels } = server;
  await succeed("docker", ["volume", "create", ...labels, name]);
  await succeed("docker", [
    ...["create", ...labels],
    ...[`--name=${name}`, "--hostname=server", "--init", "--stop-timeout=30"],
    ...[`--network=${network}`, `--ip=${address}`],
    `--mount=type=bind,readonly,src=${nameserverFile()},dst=/etc/resolv.conf`,
    `--mount=type=volume,src=${name},dst=/disk`,
    `--env=DISK_MEBIBYTES=${DISK_MEBIBYTES}`,
    "--tmpfs=/run:mode=0755,exec",
    ...RIGHTS,
    image,
  ]);
}

/**
 * The machine's name servers. Docker's own, which it gives to containers on such a network, answers on
 * a loopback address, and so can't be reached from containers in the container.
 */
function nameserverFile(): string {
  const ofResolved = "/run/systemd/resolve/resolv.conf";
  return existsSync(ofResolved) ? ofResolved : "/etc/resolv.conf";
}
