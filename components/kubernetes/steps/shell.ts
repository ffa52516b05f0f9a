/**
 * Stands for `sh` in a container of the cluster, as `ssh HOST sh` does on a machine: arguments and standard
 * input go to the shell, its output and exit code come back.
 *
 *     shell.ts KUBECONFIG NAMESPACE POD CONTAINER -s PART WHO
 */
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";
import { SHELL } from "./definitions.ts";
import { execShell } from "./exec.ts";
import { receiveWords } from "./receive.ts";

const { words, shellArguments } = receiveWords(SHELL);
const { kubeconfig, namespace, pod, container } = words;
const isRemoval = shellArguments.includes("remove");

if (isRemoval && !existsSync(kubeconfig)) {
  end(0, "The cluster's kubeconfig is not on this machine: what was there is left there.");
}
const config = connect(kubeconfig);
if (isRemoval && !(await runs(config))) {
  end(0, `${pod} does not run: what the step made there is left there.`);
}
const where = { namespace, pod, container };
process.exitCode = await execShell(config, where, shellArguments, await text(process.stdin));

async function runs(config: KubeConfig): Promise<boolean> {
  try {
    const api = config.makeApiClient(CoreV1Api);
    const { status } = await api.readNamespacedPod({ namespace, name: pod });
    return status?.phase === "Running";
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function end(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
