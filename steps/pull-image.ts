/**
 * Lets a node of the cluster fetch an image, with its arguments as JSON on standard input, and fails where that
 * is in vain: a Job that waits for its image says so only when its own time is over.
 */
import { text } from "node:stream/consumers";
import {
  ApiException,
  CoreV1Api,
  type V1Pod,
  type V1PodTemplateSpec,
} from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";
import { explainPods } from "./pods.ts";
import { hopeless, statusesOf, unplaced } from "./trouble.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Of a pod that would run the image. */
  readonly template: V1PodTemplateSpec;
}

/** For a node to be found, or made, and the image to get there. */
const PULL_SECONDS = 300;
const POLL_MILLISECONDS = 300;
const NAME = "image-check";

const { kubeconfig, namespace, template }: Call = JSON.parse(await text(process.stdin));
const core = connect(kubeconfig).makeApiClient(CoreV1Api);

// A run that was killed may have left it.
await remove();
const trouble = await tried();
if (trouble !== undefined) {
  process.stderr.write(`${trouble}\n`);
  process.exitCode = 1;
}

async function tried(): Promise<string | undefined> {
  try {
    await core.createNamespacedPod({ namespace, body: checkPod(template) });
    return await pulled();
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    return `The cluster refuses the pod: ${JSON.parse(error.body).message}`;
  } finally {
    await remove();
  }
}

/** That it runs anything does not matter: by then the image is there. */
function checkPod({ metadata, spec }: V1PodTemplateSpec): V1Pod {
  const [app, ...others] = spec?.containers ?? [];
  return {
    metadata: { name: NAME, ...(metadata?.labels && { labels: metadata.labels }) },
    spec: {
      ...spec,
      restartPolicy: "Never",
      containers: [{ ...app, name: app?.name ?? "app", command: ["/bin/true"] }, ...others],
    },
  };
}

async function pulled(): Promise<string | undefined> {
  const deadline = performance.now() + PULL_SECONDS * 1000;
  for (;;) {
    const pod = await core.readNamespacedPod({ namespace, name: NAME });
    const statuses = statusesOf(pod.status);
    if (statuses.some(({ state }) => state?.running ?? state?.terminated)) return undefined;
    const isLate = performance.now() >= deadline;
    const said = statuses.map(hopeless).find((one) => one !== undefined);
    if (said !== undefined || isLate) {
      const late =
        unplaced([pod]) ?? `The image did not get to a node within ${PULL_SECONDS} seconds.`;
      return `${said ?? late}\n${await explainPods(core, [pod])}`;
    }
    await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
  }
}

/** Until it is gone, so that the next one can have its name. */
async function remove(): Promise<void> {
  try {
    await core.deleteNamespacedPod({ namespace, name: NAME, gracePeriodSeconds: 0 });
    for (;;) {
      await core.readNamespacedPod({ namespace, name: NAME });
      await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
