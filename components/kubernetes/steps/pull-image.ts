/**
 * Lets a node of the cluster fetch an image, with its arguments as JSON on standard input, and fails where that
 * is in vain: a Job that waits for its image says so only when its own time is over. And where the image has no
 * shell for the commands that need one, before any of them is begun.
 */
import { CoreV1Api, type V1Pod, type V1PodTemplateSpec } from "@kubernetes/client-node";
import { noShell } from "../../shell-command.ts";
import { connect } from "./connection.ts";
import { PULL_IMAGE } from "./definitions.ts";
import { PodTrouble, withEphemeralPod } from "./ephemeral-pod.ts";
import { receive } from "./receive.ts";
import { lacksShell, ofImages, statusesOf } from "./rollout-failure.ts";

/** For a node to be found, or made, and the image to get there. */
const PULL_SECONDS = 300;

const { kubeconfig, namespace, template, shellFor, setting } = await receive(PULL_IMAGE);
const core = connect(kubeconfig).makeApiClient(CoreV1Api);
const name = template.metadata?.name ?? "image-check";
const passing = {
  core,
  namespace,
  pod: checkPod(template),
  isFar: isPulled,
  seconds: PULL_SECONDS,
  late: `The image did not get to a node within ${PULL_SECONDS} seconds.`,
};
try {
  await withEphemeralPod(passing, async () => {
    if (shellFor.length === 0) return;
    const pod = await core.readNamespacedPod({ namespace, name });
    if (statusesOf(pod.status).some(lacksShell)) throw new PodTrouble(noShell(shellFor));
  });
} catch (error) {
  if (!(error instanceof PodTrouble)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n${ofImages(setting)}`);
  process.exitCode = 1;
}

/** Whether it runs anything: by then the image is there. */
function checkPod({ metadata, spec }: V1PodTemplateSpec): V1Pod {
  const [app, ...others] = spec?.containers ?? [];
  // What runs beside the app would run first, and say nothing of the app's image.
  const { initContainers: _, ...alone } = spec ?? {};
  return {
    metadata: { name, ...(metadata?.labels && { labels: metadata.labels }) },
    spec: {
      ...alone,
      restartPolicy: "Never",
      containers: [
        { ...app, name: app?.name ?? "app", command: ["/bin/sh", "-c", ":"] },
        ...others,
      ],
    },
  };
}

function isPulled({ status }: V1Pod): boolean {
  return statusesOf(status).some(({ state }) => state?.running ?? state?.terminated);
}
