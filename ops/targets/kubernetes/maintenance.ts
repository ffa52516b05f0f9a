import { randomBytes } from "node:crypto";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { isNotFound } from "../../../components/kubernetes/steps/connection.ts";
import { execPrinted } from "../../../components/kubernetes/steps/exec.ts";
import { until } from "../../../components/kubernetes/steps/until.ts";
import { MAINTENANCE_CONFIG_MAP } from "../../../components/nginx/places.ts";
import { UserError } from "../../user-error.ts";
import { type Namespace, nameOf, reached } from "./namespace.ts";

const POLL_MILLISECONDS = 300;
const ARRIVE_SECONDS = 90;

/** Whether Nginx answers clients with the maintenance page. */
export async function isInMaintenance({ core, name }: Namespace): Promise<boolean> {
  try {
    await reached(() =>
      core.readNamespacedConfigMap({ namespace: name, name: MAINTENANCE_CONFIG_MAP }),
    );
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Ends when every Nginx knows; @returns whether that changed anything. */
export async function setMaintenance(
  namespace: Namespace,
  stack: string,
  on: boolean,
): Promise<boolean> {
  if ((await isInMaintenance(namespace)) === on) return false;
  const where = { namespace: namespace.name };
  if (on) {
    const pass = randomBytes(16).toString("hex");
    await namespace.core.createNamespacedConfigMap({
      ...where,
      body: {
        metadata: { name: MAINTENANCE_CONFIG_MAP, labels: { "slipway.stack": stack } },
        data: { on: "", [`pass-${pass}`]: "" },
      },
    });
  } else {
    await namespace.core.deleteNamespacedConfigMap({ ...where, name: MAINTENANCE_CONFIG_MAP });
  }
  await everyNginxKnows(namespace, on);
  return true;
}

async function everyNginxKnows(namespace: Namespace, on: boolean): Promise<void> {
  const patience = { seconds: ARRIVE_SECONDS, milliseconds: POLL_MILLISECONDS };
  for (const pod of (await namespace.pods("front")).map(nameOf)) {
    await nudge(namespace, pod);
    const isOn = await until(
      () => knows(namespace, pod),
      (seen) => seen === on,
      patience,
    );
    if (isOn !== on) {
      throw new UserError(`${pod} did not hear of it within ${ARRIVE_SECONDS} seconds.`, 1);
    }
  }
}

/** A kubelet looks after the files of a pod at once when the pod changes, and else once in a minute. */
async function nudge({ core, name }: Namespace, pod: string): Promise<void> {
  const annotations = { "slipway.maintenance": randomBytes(4).toString("hex") };
  await core.patchNamespacedPod(
    { namespace: name, name: pod, body: { metadata: { annotations } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

async function knows(namespace: Namespace, pod: string): Promise<boolean> {
  const where = { namespace: namespace.name, pod, container: "nginx" };
  const test = "if [ -e /etc/nginx/maintenance/on ]; then echo on; else echo off; fi";
  const printed = await execPrinted(namespace.config, where, ["sh", "-c", test]);
  return printed.trim() === "on";
}
