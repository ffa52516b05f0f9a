import { renameSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { StepRunner } from "./step-runner.ts";

const CLASS = "/apis/networking.k8s.io/v1/ingressclasses/slipway-dev";
const NAMESPACE = "/api/v1/namespaces/shop";

let steps: StepRunner;
/** What the API server has, by path; all else is not there. A number is the code of a refusal. */
let has: Record<string, unknown>;
/** What was changed, and how. */
let changed: [string, unknown][];

beforeAll(async () => {
  steps = await StepRunner.start((request, answer) => void reply(request, answer));
});
async function reply(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  if (method === "PATCH") changed.push([url, JSON.parse(await text(request))]);
  const found = has[url] ?? 404;
  const code = typeof found === "number" ? found : 200;
  answer.writeHead(code, { "content-type": "application/json" });
  answer.end(JSON.stringify(code === 200 ? found : { kind: "Status", code }));
}
afterAll(() => steps.stop());
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
  steps.useServer(1);
  try {
    const { code, said } = await label("off");
    expect(code).toBe(0);
    expect(said).toContain("the label slipway.served-by stays on the namespace shop");
    expect((await label("on")).code).not.toBe(0);
  } finally {
    steps.useServer();
  }
});

test("A clone that has no kubeconfig keeps no stack from going", async () => {
  const file = steps.kubeconfig;
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
  steps.run("find-controller.ts", { className: "slipway-dev", servedBy: "dev" });
const label = (word: "on" | "off") =>
  steps.run("label-namespace.ts", { namespace: "shop", label: "slipway.served-by", value: "dev" }, [
    word,
  ]);
