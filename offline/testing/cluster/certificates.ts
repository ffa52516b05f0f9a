import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressPlan } from "./address-plan.ts";
import { docker } from "./commands.ts";
import { kubeconfigFor } from "./kubeconfig.ts";

const CLIENTS_OF_CONTROL = ["controller-manager", "scheduler"];

interface CertificatesArgs {
  readonly image: string;
  readonly label: string;
  /** Kept for the owner of the machine's folder alone. */
  readonly folder: string;
  readonly plan: AddressPlan;
  /** The first has the API server. */
  readonly nodes: readonly string[];
}

/** Makes the cluster's own authority and, for each node, a folder `NODE` with what it needs to know. */
export async function makeCertificates(args: CertificatesArgs): Promise<{ kubeconfig: string }> {
  const { folder, plan, nodes } = args;
  await issueAll(args);

  const server = `https://${plan.node(0)}:6443`;
  const authority = readFileSync(join(folder, "shared", "ca.crt"), "utf8");
  const accessOf = (path: string) =>
    kubeconfigFor({
      server,
      authority,
      certificate: readFileSync(join(folder, `${path}.crt`), "utf8"),
      key: readFileSync(join(folder, `${path}.key`), "utf8"),
    });
  const writeAccess = (path: string) =>
    writeFileSync(join(folder, `${path}.conf`), accessOf(path), { mode: 0o600 });

  writeAccess("shared/kube-proxy");
  for (const client of CLIENTS_OF_CONTROL) writeAccess(`control/${client}`);
  for (const [index, node] of nodes.entries()) {
    writeAccess(`${node}/kubelet`);
    const parts = index === 0 ? ["shared", "control"] : ["shared"];
    for (const part of parts) cpSync(join(folder, part), join(folder, node), { recursive: true });
  }
  const kubeconfig = accessOf("admin/admin");
  writeFileSync(join(folder, `${nodes[0]}`, "admin.conf"), kubeconfig, { mode: 0o600 });
  return { kubeconfig };
}

async function issueAll({ image, label, folder, plan, nodes }: CertificatesArgs): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await docker([
    ...["run", "--rm", "--network=none", `--label=${label}`],
    // The files are then of the one who removes them.
    `--user=${process.getuid?.()}:${process.getgid?.()}`,
    ...[`--mount=type=bind,src=${folder},dst=/out`, "--workdir=/out"],
    ...[image, "make-certificates", plan.node(0)],
    ...nodes.map((node, index) => `${node}=${plan.node(index)}`),
  ]);
}
