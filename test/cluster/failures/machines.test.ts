import { CoreV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, register, traffic } from "../../e2e/conduit-client.ts";
import { RequestLoop } from "../../e2e/request-loop.ts";
import { until } from "../../e2e/until.ts";
import { ClusterStack } from "../stack/cluster-stack.ts";

let stack: ClusterStack;
let core: CoreV1Api;
let token: string;

beforeAll(async () => {
  stack = await ClusterStack.make({ replicas: "2" });
  core = stack.config.makeApiClient(CoreV1Api);
  await stack.up({ image: await stack.push("app"), version: "1.0.0" });
  token = await register(stack.url);
});
afterAll(() => stack?.remove());

test("A kubelet that is restarted takes no pod with it, and no request fails", async () => {
  const before = await names();
  const loop = new RequestLoop(stack.url, traffic(token));
  await stack.cluster.restartKubelet(stack.cluster.nodes[1] ?? "");
  await until(allReady, "every pod is ready");
  expect((await loop.finish()).failures).toEqual([]);
  expect(await names()).toEqual(before);
});

test("A pod of the app that is killed comes back by itself, while the others answer", async () => {
  const [killed] = await names("web");
  await kill(killed ?? "");
  expect((await ask(stack.url, "/api/user", { token })).user.username).toBe("jane");
  await until(async () => (await allReady()) && (await names("web")).length === 2, "it is back");
  expect(await names("web")).not.toContain(killed);
});

test("Postgres that is killed comes back by itself with its data, and the app finds it", async () => {
  await kill("database-0");
  const userIsThere = async () => {
    const answer = await ask(stack.url, "/api/user", { token }).catch(() => undefined);
    return answer?.user.username === "jane";
  };
  await until(userIsThere, "the app answers from the database again", 120);
  await until(allReady, "every pod is ready");
  expect(await stack.verb("status")).toContain("1.0.0");
});

test("The next up finds nothing to do", async () => {
  const output = await stack.up();
  expect(output).toMatch(/\d+ unchanged/);
  expect(output).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
});

/** Without a word to what runs in it. */
async function kill(name: string): Promise<void> {
  await core.deleteNamespacedPod({ namespace: stack.namespace, name, gracePeriodSeconds: 0 });
}

async function pods(role?: string) {
  const { items } = await core.listNamespacedPod({
    namespace: stack.namespace,
    labelSelector: role === undefined ? "slipway.role!=step" : `slipway.role=${role}`,
  });
  return items;
}

async function names(role?: string): Promise<string[]> {
  return (await pods(role)).map(({ metadata }) => metadata?.name ?? "").sort();
}

async function allReady(): Promise<boolean> {
  return (await pods()).every(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
}
