import { describe, expect, test } from "vitest";
import { failureOf, Plugin, type Properties } from "../plugin.ts";
import { Faked } from "./faked.ts";

const POD = "kubernetes:core/v1:Pod";
const PATH = "/api/v1/namespaces/team/pods/mine";
const faked = new Faked();

function pod(annotations: Properties = {}): Properties {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "mine", annotations }, spec: {} };
}

function conditions(...types: string[]): Properties {
  return { status: { conditions: types.map((type) => ({ type, status: "True" })) } };
}

test("An object is there when it is ready, and the state has it as it is then", async () => {
  const making = faked.make(POD, pod());
  await expect.poll(() => faked.plugin.logs.at(-1)).toContain("to be scheduled");
  faked.server.change(PATH, conditions("PodScheduled"));
  await expect.poll(() => faked.plugin.logs.at(-1)).toContain("to be initialized");
  faked.server.change(PATH, conditions("PodScheduled", "Initialized", "Ready"));
  expect((await making).state["status"].conditions).toHaveLength(3);
});

test("A server that does not answer for a moment is waited for too", async () => {
  const making = faked.make(POD, pod());
  await expect.poll(() => faked.server.seen.at(-1)?.path).toBe(PATH);
  faked.server.refusals.set(`GET ${PATH}`, { code: 503, message: "restarting" });
  await expect.poll(() => faked.plugin.logs.at(-1)).toBe("restarting");
  faked.server.change(PATH, conditions("PodScheduled", "Initialized", "Ready"));
  faked.server.refusals.clear();
  await making;
});

describe("The wait ends", () => {
  test("with what the annotation says", async () => {
    const given = pod({ "pulumi.com/timeoutSeconds": "1" });
    const { message, partial } = await failureOf(faked.make(POD, given));
    expect(message).toContain("'mine' timed out waiting to be Ready");
    expect(partial).toMatchObject({ id: "team/mine", properties: { metadata: { name: "mine" } } });
  });

  test("with what the options of the resource say rather than the annotation", async () => {
    const inputs = await faked.plugin.checked(POD, pod({ "pulumi.com/timeoutSeconds": "600" }));
    const creation = faked.plugin.create(POD, inputs, { timeoutSeconds: 1 });
    expect((await failureOf(creation)).message).toContain("timed out waiting to be Ready");
  });

  test("when the user stops it, and what was made is kept", async () => {
    const plugin = await Plugin.startForThisTest("kubernetes");
    await plugin.configure({ kubeconfig: faked.server.kubeconfig });
    const inputs = await plugin.checked(POD, pod());
    const creation = failureOf(plugin.create(POD, inputs));
    await expect.poll(() => faked.server.seen.at(-1)?.path).toBe(PATH);
    await plugin.cancel();
    const { message, partial } = await creation;
    expect(message).toContain('Resource operation was cancelled for "mine"');
    expect(partial?.id).toBe("team/mine");
  });
});

test("Nothing is waited for if the annotation says so", async () => {
  await faked.make(POD, pod({ "pulumi.com/skipAwait": "true" }));
});

describe("What is waited for can be said by an annotation", () => {
  const TOY = "kubernetes:slipway.example/v1:Toy";
  const toyPath = "/apis/slipway.example/v1/namespaces/team/toys/mine";
  const toy = (waitFor: string) => ({
    apiVersion: "slipway.example/v1",
    kind: "Toy",
    metadata: { name: "mine", annotations: { "pulumi.com/waitFor": waitFor } },
  });

  test.each([
    ["condition=Ready", { conditions: [{ type: "Ready", status: "True" }] }],
    ["condition=Broken=False", { conditions: [{ type: "Broken", status: "False" }] }],
    ["jsonpath={.status.phase}=Done", { phase: "Done" }],
    ['["jsonpath={.status.a}", "jsonpath={.status.b}"]', { a: "1", b: "2" }],
  ])("%s", async (waitFor, status) => {
    const making = faked.make(TOY, toy(waitFor));
    await expect.poll(() => faked.plugin.logs.at(-1)).toContain("Waiting for");
    faked.server.change(toyPath, { status });
    expect((await making).state["status"]).toEqual(status);
  });

  test("A condition that cannot be understood is an error", async () => {
    const { message } = await failureOf(faked.make(TOY, toy("ready")));
    expect(message).toContain('got "ready"');
  });
});

test("A deletion waits until the object is gone, or another is in its place", async () => {
  const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
  const path = "/api/v1/namespaces/team/configmaps/mine";
  const { state } = await faked.make(CONFIG_MAP, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "mine" },
  });
  faked.server.refusals.set(`DELETE ${path}`, { code: 200 });
  let isGone = false;
  const deletion = faked.plugin.delete(CONFIG_MAP, state).then(() => {
    isGone = true;
  });
  const looks = () =>
    faked.server.seen.filter((seen) => seen.path === path && seen.method === "GET");
  await expect.poll(() => looks().length).toBeGreaterThan(1);
  expect(isGone).toBe(false);
  faked.server.change(path, { metadata: { name: "mine", uid: "another" } });
  await deletion;
});
