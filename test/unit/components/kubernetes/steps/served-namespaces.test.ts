import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const STEPS = join(import.meta.dirname, "../../../../../components/kubernetes/steps");
const CLASS = "/apis/networking.k8s.io/v1/ingressclasses/slipway-dev";
const NAMESPACE = "/api/v1/namespaces/shop";

let folder: string;
let server: Server;
/** What the API server has, by path; all else is not there. A number is the code of a refusal. */
let has: Record<string, unknown>;
/** What was changed, and how. */
let changed: [string, unknown][];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-steps-"));
  server = createServer((request, answer) => void reply(request, answer)).listen(0, "127.0.0.1");
  await once(server, "listening");
  useServer((server.address() as AddressInfo).port);
});
async function reply(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  if (method === "PATCH") changed.push([url, JSON.parse(await text(request))]);
  const found = has[url] ?? 404;
  const code = typeof found === "number" ? found : 200;
  answer.writeHead(code, { "content-type": "application/json" });
  answer.end(JSON.stringify(code === 200 ? found : { kind: "Status", code }));
}
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  has = {};
  changed = [];
});

test("The controller of another stack is found where its class says that it is", async () => {
  has = { [CLASS]: classWith({ "slipway.controller-namespace": "slipway-dev" }) };
  expect(await findController()).toEqual({ code: 0, printed: "slipway-dev", said: "" });
});

test("A class of another controller, whose name says that it is a stack's, is told from one of Slipway's", async () => {
  has = { [CLASS]: classWith(undefined, {}) };
  const { code, said } = await findController();
  expect(code).toBe(1);
  expect(said).toContain(
    "The ingress class slipway-dev (slipway:ingressClass) is no class of Slipway's",
  );
});

test("One that serves its own stack alone is named, with the lines that share it", async () => {
  for (const there of [{}, { [CLASS]: classWith(undefined) }]) {
    has = there;
    const { code, said } = await findController();
    expect(code).toBe(1);
    expect(said).toContain("The ingress controller of the class slipway-dev");
    expect(said).toContain(
      "  pulumi config set ingressShared true -s dev\n  ./slipway up -s dev\n",
    );
  }
});

test("A namespace gets the label, and loses it where it has the value that this step gave", async () => {
  has = { [NAMESPACE]: namespaceWith("dev") };
  expect(await label("on")).toMatchObject({ code: 0 });
  expect(await label("off")).toMatchObject({ code: 0 });
  expect(changed).toEqual([
    [NAMESPACE, { metadata: { labels: { "slipway.served-by": "dev" } } }],
    [NAMESPACE, { metadata: { labels: { "slipway.served-by": null } } }],
  ]);
  changed = [];
  has = { [NAMESPACE]: namespaceWith("staging") };
  expect(await label("off")).toMatchObject({ code: 0 });
  expect(changed).toEqual([]);
});

test("A label can stay on what is gone, and not where the API server refuses", async () => {
  expect(await label("off")).toMatchObject({ code: 0, said: "" });
  has = { [NAMESPACE]: 403 };
  expect((await label("off")).code).not.toBe(0);
  expect((await label("on")).code).not.toBe(0);
});

test("A cluster that is gone keeps no stack from going", async () => {
  useServer(1);
  try {
    const { code, said } = await label("off");
    expect(code).toBe(0);
    expect(said).toContain("the label slipway.served-by stays on the namespace shop");
    expect((await label("on")).code).not.toBe(0);
  } finally {
    useServer((server.address() as AddressInfo).port);
  }
});

test("A clone that has no kubeconfig keeps no stack from going", async () => {
  const file = join(folder, "kubeconfig");
  renameSync(file, `${file}.away`);
  try {
    const { code, said } = await label("off");
    expect(code).toBe(0);
    expect(said).toContain("the label slipway.served-by stays on the namespace shop");
  } finally {
    renameSync(`${file}.away`, file);
  }
});

const classWith = (
  annotations: object | undefined,
  labels: object = { "slipway.stack": "dev" },
) => ({
  metadata: { name: "slipway-dev", labels, annotations },
  spec: { controller: "nginx.org/ingress-controller" },
});
const namespaceWith = (value: string) => ({
  metadata: { name: "shop", labels: { "slipway.served-by": value } },
});

const findController = () =>
  run("find-controller.ts", [], { className: "slipway-dev", servedBy: "dev" });
const label = (word: "on" | "off") =>
  run("label-namespace.ts", [word], {
    ...{ namespace: "shop", label: "slipway.served-by", value: "dev" },
  });

async function run(program: string, words: readonly string[], args: object) {
  const child = execFile(process.execPath, [join(STEPS, program), ...words]);
  const ended = once(child, "close");
  child.stdin?.end(JSON.stringify({ ...args, kubeconfig: join(folder, "kubeconfig") }));
  const [printed, said] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => text(stream ?? Readable.from([]))),
  );
  const [code] = await ended;
  return { code: Number(code), printed, said };
}

function useServer(port: number): void {
  const cluster = { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  const kubeconfig = {
    "current-context": "it",
    clusters: [{ name: "it", cluster }],
    users: [{ name: "it", user: {} }],
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
}
