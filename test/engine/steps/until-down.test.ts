import { afterAll, beforeAll, expect, test } from "vitest";
import {
  FakeApiServer,
  kubeconfigOf,
} from "../../../offline/test/engine/plugins/kubernetes/fake-api-server.ts";
import { kubernetesTarget } from "../../../ops/targets/kubernetes/index.ts";

const FRONT = "/apis/apps/v1/namespaces/slipway-prod/deployments/front";

let server: FakeApiServer;
beforeAll(async () => {
  server = await FakeApiServer.start();
});
afterAll(() => server.stop());

test("A stop in a cluster ends when the Deployments that the engine does not wait for have gone", async () => {
  server.objects.set(FRONT, {
    metadata: { name: "front", deletionTimestamp: "2026-12-01T00:00:00Z" },
  });
  // Without it the client refuses to speak to a server without TLS.
  const insecure = '"insecure-skip-tls-verify":true,"server":';
  const kubeconfig = kubeconfigOf(server.url).replaceAll('"server":', insecure);
  let isDown = false;
  const down = kubernetesTarget("prod", kubeconfig, "slipway-prod")
    .untilDown()
    .then(() => {
      isDown = true;
    });

  const looks = () => server.seen.filter(({ path }) => FRONT.startsWith(`${path}/`)).length;
  await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(1);
  expect(isDown).toBe(false);
  server.objects.delete(FRONT);
  await down;
});
