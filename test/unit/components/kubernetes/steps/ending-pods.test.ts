import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { EndingPods } from "../../../../../components/kubernetes/steps/ending-pods.ts";

let server: Server;
let config: KubeConfig;
let watch: ServerResponse | undefined;
let code: number;

beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.writeHead(code, { "content-type": "application/json" });
    answer.flushHeaders();
    watch = answer;
    if (code !== 200) answer.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "it", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: "it" },
  );
});
beforeEach(() => {
  watch = undefined;
  code = 200;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("A pod that was told to end and had to be killed is named, once it is gone", async () => {
  const ending = await watching();
  tell("ADDED", pod("web-old"));
  tell("MODIFIED", pod("web-old", { isLeaving: true }));
  await heard();
  setTimeout(() => tell("DELETED", pod("web-old", { isLeaving: true, ...killed })), 300);
  expect(await ending.killed()).toEqual(["web-old"]);
});

test("What ended by itself, needed too much memory or was not told to end is no reason for a word", async () => {
  const ending = await watching();
  tell("DELETED", pod("web-a", { isLeaving: true, exitCode: 0 }));
  tell("DELETED", pod("web-b", { isLeaving: true, exitCode: 143 }));
  tell("DELETED", pod("web-c", { isLeaving: true, exitCode: 137, reason: "OOMKilled" }));
  tell("MODIFIED", pod("web-d", killed));
  await heard();
  expect(await ending.killed()).toEqual([]);
});

test("A login that may not watch learns of none, and no release fails for it", async () => {
  code = 403;
  expect(await new EndingPods(config, "shop").killed()).toEqual([]);
});

const killed = { exitCode: 137, reason: "Error" };

async function watching(): Promise<EndingPods> {
  const ending = new EndingPods(config, "shop");
  await expect.poll(() => watch).toBeDefined();
  return ending;
}

/** A release takes longer than what is told takes to arrive. */
const heard = () => new Promise((done) => setTimeout(done, 300));

function tell(type: string, object: object): void {
  watch?.write(`${JSON.stringify({ type, object })}\n`);
}

function pod(
  name: string,
  end: { isLeaving?: boolean; exitCode?: number; reason?: string } = {},
): object {
  const { isLeaving = false, exitCode, reason } = end;
  const state = exitCode === undefined ? { running: {} } : { terminated: { exitCode, reason } };
  return {
    metadata: { name, ...(isLeaving ? { deletionTimestamp: "2030-01-31T12:00:00Z" } : {}) },
    status: {
      containerStatuses: [
        { name: "proxy", state: { terminated: { exitCode: 137, reason: "Error" } } },
        { name: "app", state },
      ],
    },
  };
}
