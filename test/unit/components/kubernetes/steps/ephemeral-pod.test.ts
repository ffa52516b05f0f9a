import { ApiException, type CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { withEphemeralPod } from "../../../../../components/kubernetes/steps/ephemeral-pod.ts";

const WEBHOOK =
  'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": no endpoints available';
const notFound = () => new ApiException(404, "Not Found", "{}", {});

/** An API server that refuses a pod with each of these words in turn, and then makes it. */
function apiServer(...refusals: string[]) {
  const made: V1Pod[] = [];
  const core = {
    createNamespacedPod: async ({ body }: { body: V1Pod }) => {
      const message = refusals.shift();
      if (message !== undefined) {
        throw new ApiException(500, "refused", JSON.stringify({ message }), {});
      }
      made.push(body);
    },
    readNamespacedPod: async () => {
      const [pod] = made;
      if (pod === undefined) throw notFound();
      return { ...pod, status: { phase: "Running" } };
    },
    deleteNamespacedPod: async () => {
      if (made.pop() === undefined) throw notFound();
    },
  };
  return core as unknown as CoreV1Api;
}

const run = (core: CoreV1Api) =>
  withEphemeralPod(
    {
      core,
      namespace: "slipway-dev",
      pod: { metadata: { name: "image-check" } },
      isFar: ({ status }) => status?.phase === "Running",
      ...{ seconds: 5, late: "It was late." },
    },
    async () => "done",
  );

test("A webhook that starts anew is asked again, and the pod is made", async () => {
  expect(await run(apiServer(WEBHOOK, WEBHOOK))).toBe("done");
});

test("A pod that the cluster does not let in is refused at once, in its words", async () => {
  const core = apiServer("exceeded quota: small", "never asked for this");
  await expect(run(core)).rejects.toThrow("The cluster refuses the pod: exceeded quota: small");
});
