/**
 * Stands for `sh` in a container of a pod that is made for it from a PodTemplate, and gone when it is done, as
 * `docker run --rm` does on a machine: arguments and standard input go to the shell, its output and exit code
 * come back.
 *
 *     shell-in-new-pod.ts KUBECONFIG NAMESPACE TEMPLATE CONTAINER -s PART WHO
 */
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CoreV1Api, type V1Pod, type V1PodTemplate } from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";
import { SHELL_IN_NEW_POD } from "./definitions.ts";
import { PodTrouble, withEphemeralPod } from "./ephemeral-pod.ts";
import { execShell } from "./exec.ts";
import { receiveWords } from "./receive.ts";

const { words, shellArguments } = receiveWords(SHELL_IN_NEW_POD);
const { kubeconfig, namespace, template: name, container } = words;
const isRemoval = shellArguments.includes("remove");
/** For a node to be found, or made, and what runs beside the container to start. */
const START_SECONDS = 420;

if (isRemoval && !existsSync(kubeconfig)) {
  end(0, "The cluster's kubeconfig is not on this machine: what was there is left there.");
}
const config = connect(kubeconfig);
const core = config.makeApiClient(CoreV1Api);
const found = await find();
if (found?.template === undefined) {
  const missing = `There is no PodTemplate ${name} in ${namespace}`;
  if (isRemoval) end(0, `${missing}: what the step made is left.`);
  end(1, `${missing}.`);
}
const { metadata, spec } = found.template;
const passing = {
  core,
  namespace,
  pod: { metadata: { ...metadata, name }, ...(spec === undefined ? {} : { spec }) },
  isFar: isRunning,
  seconds: START_SECONDS,
  late: `The pod ${name} did not start within ${START_SECONDS} seconds.`,
};
const script = await text(process.stdin);
const where = { namespace, pod: name, container };
try {
  process.exitCode = await withEphemeralPod(passing, () =>
    execShell(config, where, shellArguments, script),
  );
} catch (error) {
  if (!(error instanceof PodTrouble)) throw error;
  end(1, error.message);
}

function isRunning({ status }: V1Pod): boolean {
  return (status?.containerStatuses ?? []).some(
    (one) => one.name === container && one.state?.running !== undefined,
  );
}

async function find(): Promise<V1PodTemplate | undefined> {
  try {
    return await core.readNamespacedPodTemplate({ namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function end(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
