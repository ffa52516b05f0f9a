import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FakeApiServer } from "../../offline/test/engine/plugins/kubernetes/fake-api-server.ts";
import type { Look } from "../../ops/look.ts";
import { previewOf } from "../../ops/preview/run.ts";
import { StackState } from "../../ops/state/stack-state.ts";
import { up } from "../../ops/up.ts";
import { type ProbeStack, probeStack } from "./probe-stack.ts";

vi.mock("../../ops/after-deployment.ts", () => ({ wrongAnswerOf: async () => undefined }));

// The login in the state is one that the cluster no longer accepts: a kubeconfig was rotated, a token ran out.

const CONF = "/api/v1/namespaces/app/configmaps/conf";
const program = `
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const kubeconfig = new pulumi.Config().require("kubeconfig");
const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "one", enableServerSideApply: true });
const labels = { "slipway.stack": "dev", "slipway.role": "web" };
new kubernetes.core.v1.ConfigMap("conf", { metadata: { name: "conf", namespace: "app", labels } }, { provider });
`;

let probe: ProbeStack;
let cluster: FakeApiServer;
let door: Server;
let accepted = "old";
let stack: Stack;

/** Lets nobody in but with the login that counts. */
function doorTo(url: string): Server {
  return createServer((asked, answer) => {
    if (asked.headers.authorization !== `Bearer ${accepted}`) {
      asked.resume();
      answer.writeHead(401, { "content-type": "application/json" });
      answer.end('{"kind":"Status","code":401,"message":"Unauthorized"}');
      return;
    }
    const { method, headers } = asked;
    const onward = request(`${url}${asked.url}`, { method, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 500, said.headers);
      said.pipe(answer);
    });
    asked.pipe(onward);
  });
}

async function logIn(token: string): Promise<void> {
  const { port } = door.address() as AddressInfo;
  const one = { cluster: { server: `http://127.0.0.1:${port}` }, user: { token } };
  const kubeconfig = {
    "current-context": "one",
    clusters: [{ name: "one", cluster: one.cluster }],
    users: [{ name: "one", user: one.user }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
  };
  await stack.setConfig("kubeconfig", { value: JSON.stringify(kubeconfig), secret: true });
}

beforeAll(async () => {
  cluster = await FakeApiServer.start();
  door = doorTo(cluster.url).listen(0, "127.0.0.1");
  await once(door, "listening");
  probe = await probeStack(program);
  stack = probe.stack;
  await logIn("old");
  await stack.up();
  accepted = "new";
  await logIn("new");
  cluster.objects.delete(CONF);
});
afterAll(() => {
  cluster.stop();
  door.closeAllConnections();
  door.close();
  probe.remove();
});

test("What is there is looked at with the login that config has by now", async () => {
  const { report } = await previewOf(stack, { refresh: true });
  const findings = report.components.flatMap(({ findings }) => findings.map(({ text }) => text));
  expect(findings).toEqual([
    "the config map `conf` was removed by hand",
    "makes the config map `conf`",
  ]);
});

test("What is gone comes back by an up with that login", async () => {
  const look = { state: await StackState.of(stack), things: [] };
  await up(stack, look as unknown as Look);
  expect([...cluster.objects.keys()]).toContain(CONF);
  const { report } = await previewOf(stack, { refresh: true });
  expect(report.verdict).toEqual(["no change"]);
});
