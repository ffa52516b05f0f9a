import { afterAll, beforeAll, expect, test } from "vitest";
import { FailingStack } from "./failing-stack.ts";

const QUOTA = "nothing-more";

let failing: FailingStack;
let next: string;

beforeAll(async () => {
  failing = await FailingStack.make({ database: "none", replicas: "1" });
  await failing.release(await failing.image(), { version: "1.0.0" });
  next = await failing.image();
});
afterAll(() => failing?.remove());

test("A migration that fails is red with its own log, each time that it is tried", async () => {
  const migrateCommand = 'echo "the well is dry" >&2; exit 3';
  for (const _ of ["first", "second"]) {
    const said = await failing.failingRelease({ image: next, version: "2.0.0", migrateCommand });
    expect(said).toContain("the well is dry");
    expect(said).toContain("migrate");
  }
});

test("A migration that hangs is ended in its time, and what it said until then is in the error", async () => {
  const said = await failing.failingRelease({
    image: next,
    migrateCommand: 'echo "waiting for the tide"; exec sleep 600',
    migrateSeconds: "8",
  });
  expect(said).toContain("was not done within 8 seconds (slipway:migrateSeconds)");
  expect(said).toContain("waiting for the tide");
});

test("The same image is released when its migration works", async () => {
  await failing.release(next, { migrateCommand: "true", migrateSeconds: "60" });
});

test("An annotation that the ingress controller rejects is red with its words, and the Ingress stays as it is", async () => {
  const said = await failing.failingRelease({
    image: await failing.image(),
    migrateCommand: "",
    ingressAnnotations: JSON.stringify({ "nginx.org/proxy-read-timeout": "a while" }),
  });
  expect(said).toContain("slipway:ingressAnnotations");
  expect(said).toContain("nginx.org/proxy-read-timeout");
  expect(said).toContain("must be a time");
});

test("An annotation that it takes is released, and changes what is served", async () => {
  await failing.release(await failing.image(), {
    migrateCommand: "",
    ingressAnnotations: JSON.stringify({ "nginx.org/proxy-read-timeout": "50s" }),
  });
});

test("A quota that leaves no room is named with what it allows; without it the same release works", async () => {
  const { core, namespace } = failing;
  const image = await failing.image();
  const pods = (await core.listNamespacedPod({ namespace })).items.length;
  await core.createNamespacedResourceQuota({
    namespace,
    body: { metadata: { name: QUOTA }, spec: { hard: { pods: String(pods) } } },
  });

  const said = await failing.failingRelease({ image });

  expect(said).toContain(`exceeded quota: ${QUOTA}`);
  expect(said).toContain(`kubectl edit resourcequota ${QUOTA}`);
  expect(said).toContain("take less: `pulumi config set` replicas");
  await core.deleteNamespacedResourceQuota({ namespace, name: QUOTA });
  await failing.release(image);
});
