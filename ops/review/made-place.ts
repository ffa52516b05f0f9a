import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { MACHINE_USER } from "../../components/machine/cloud-config.ts";
import { plainTextOf, StackState } from "../state/stack-state.ts";
import { kubeconfigOfStack } from "../targets/index.ts";
import { UserError } from "../user-error.ts";
import type { Config } from "./derived-config.ts";

/** How another stack reaches the machine or the cluster that a stack's program made; nothing where it made none. */
export async function madePlace(stack: Stack, config: Config): Promise<Config> {
  if (config["target"]?.value === "kubernetes") {
    if (config["cluster"]?.value !== "gke") return {};
    return { kubeconfig: { value: await kubeconfigOfStack(stack), secret: true } };
  }
  if (!["droplet", "gce"].includes(config["host"]?.value ?? "local")) return {};
  const { resources } = await StackState.of(stack);
  const said = (end: string, key: string) =>
    plainTextOf(resources.find(({ urn }) => urn.endsWith(end))?.outputs?.[key]);
  const address = said("::machine", "address") ?? said("::machine-ssh", "address");
  const key = said("::machine-keys-login", "privateKeyOpenssh");
  const hostKey = said("::machine-keys", "publicHostKey");
  if (address === undefined || key === undefined || hostKey === undefined) {
    throw new UserError(`The stack ${stack.name} has no machine yet. Bring it up first.`);
  }
  return {
    host: { value: "ssh" },
    sshHost: { value: address },
    sshUser: { value: MACHINE_USER },
    sshHostKey: { value: hostKey },
    sshKey: { value: key.trimEnd(), secret: true },
  };
}
