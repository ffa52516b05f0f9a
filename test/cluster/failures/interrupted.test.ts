import { afterAll, beforeAll, expect, test } from "vitest";
import { ended } from "../../e2e/clone.ts";
import { setConfig } from "../../e2e/config.ts";
import { until } from "../../e2e/until.ts";
import { FailingStack } from "./failing-stack.ts";

let failing: FailingStack;

beforeAll(async () => {
  failing = await FailingStack.make({ database: "none", replicas: "1" });
  await failing.release(await failing.image(), { version: "1.0.0" });
});
afterAll(() => failing?.remove());

test("A start that is killed during the roll-out is finished by the next one", async () => {
  const { clone } = failing.stack;
  const slow = "await new Promise((go) => setTimeout(go, 15_000));";
  const image = await failing.image({ before: slow });
  setConfig(clone, { image, version: "2.0.0" });
  const child = clone.spawn(["start"]);
  const end = ended(child);
  await until(
    async () => (await failing.pods("web")).some((pod) => imageOf(pod) === image),
    "the new pod is there",
    120,
  );
  process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
  await end;

  const again = await clone.slipway(["start"]);

  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain("this run goes on from there");
  await failing.expectLive(image);
});

test("One that is killed with a release that never gets ready leaves the old one serving, and a good one mends it", async () => {
  const { clone } = failing.stack;
  const before = await failing.serving();
  const image = await failing.image({
    before: "await new Promise(() => setInterval(() => {}, 1e6));",
  });
  setConfig(clone, { image, version: "3.0.0" });
  const child = clone.spawn(["start"]);
  const end = ended(child);
  await until(
    async () => (await failing.pods("web")).some((pod) => imageOf(pod) === image),
    "the new pod is there",
    120,
  );
  process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
  await end;
  expect(await failing.serving()).toBe(before);

  const good = await failing.image();
  setConfig(clone, { image: good, version: "4.0.0" });
  const again = await clone.slipway(["start"]);

  expect(again.code, again.output).toBe(0);
  await failing.expectLive(good);
});

const imageOf = ({ spec }: Awaited<ReturnType<FailingStack["pods"]>>[number]) =>
  spec?.containers[0]?.image;
