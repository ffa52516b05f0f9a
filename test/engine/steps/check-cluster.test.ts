import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CapacityRequest } from "../../../components/kubernetes/cluster-needs.ts";
import type { PodResources } from "../../../components/kubernetes/pod-resources.ts";
import {
  FakeApiServer,
  kubeconfigOf,
} from "../../../offline/test/engine/plugins/kubernetes/fake-api-server.ts";
import type { Properties } from "../../../offline/test/engine/plugins/plugin.ts";
import { ROOT } from "../../../ops/project.ts";
import { type Ended, ended, freePort } from "../../e2e/clone.ts";

const OURS = { "slipway.project": "slipway", "slipway.stack": "prod" };
const QUOTAS = "/api/v1/namespaces/slipway-prod/resourcequotas";
const CLASSES = "/apis/networking.k8s.io/v1/ingressclasses";
const STORAGE = "/apis/storage.k8s.io/v1/storageclasses";
const folder = mkdtempSync(join(tmpdir(), "slipway-check-"));
let server: FakeApiServer;

beforeAll(async () => {
  server = await FakeApiServer.start();
});
beforeEach(() => {
  server.forget();
  put(`${STORAGE}/standard`, { annotations: DEFAULT });
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

test("A cluster that has what the stack needs is taken, and not changed", async () => {
  expect(await check()).toEqual({ code: 0, output: "" });
  expect(server.writes).toEqual([]);
});

test("What the stack itself has there is no reason against it", async () => {
  put("/api/v1/namespaces/slipway-prod", { labels: OURS });
  put(`${CLASSES}/slipway-prod`, { labels: OURS }, { controller: "nginx.org/ingress-controller" });
  expect(await check()).toEqual({ code: 0, output: "" });
});

test("What the login may not look at is no reason either", async () => {
  server.refusals.set(`GET ${STORAGE}`, { code: 403, message: "forbidden" });
  expect(await check()).toEqual({ code: 0, output: "" });
});

test("One that is too old is refused with both versions", async () => {
  isOld();
  await refuses(
    "It is Kubernetes 1.27+, and Slipway needs 1.31 or later",
    "pulumi config set --secret kubeconfig <FILE -s prod",
  );
});

test("A namespace of somebody else is left alone", async () => {
  put("/api/v1/namespaces/slipway-prod", { labels: { team: "shop" } });
  await refuses(
    "The namespace slipway-prod is there already",
    "kubectl label --overwrite namespace slipway-prod slipway.project=slipway slipway.stack=prod",
    "pulumi config set namespace NAME -s prod",
  );
});

test("So is one of another stack", async () => {
  put("/api/v1/namespaces/slipway-prod", { labels: { ...OURS, "slipway.stack": "dev" } });
  await refuses("they are slipway.project=slipway slipway.stack=dev");
});

test("A cluster at another address than before is taken when the stack is there, and no other one", async () => {
  const movedFrom = "https://before.example";
  const { code, output } = await check({ movedFrom });
  expect([code, output]).toEqual([
    1,
    expect.stringContaining(`which is in the cluster at ${movedFrom}: its data would not move`),
  ]);
  expect(output).toContain("pulumi config set --secret kubeconfig <FILE -s prod");
  put("/api/v1/namespaces/slipway-prod", { labels: { ...OURS, "slipway.stack": "dev" } });
  expect(await check({ movedFrom })).toMatchObject({ code: 1 });
  put("/api/v1/namespaces/slipway-prod", { labels: OURS });
  expect(await check({ movedFrom })).toEqual({ code: 0, output: "" });
});

test("An ingress class that another controller owns is not taken over", async () => {
  put(`${CLASSES}/slipway-prod`, {}, { controller: "traefik.io/ingress-controller" });
  await refuses(
    "The ingress class slipway-prod is there already, and belongs to the controller traefik.io/ingress-controller",
    "pulumi config set ingressClass slipway-prod -s prod",
  );
});

test("An ingress class that is not there is refused with those that are", async () => {
  put(`${CLASSES}/traefik`, {}, { controller: "traefik.io/ingress-controller" });
  const { code, output } = await check({ ingressClass: "trafik" });
  expect(code, output).toBe(1);
  expect(output).toContain("It has no ingress class trafik (slipway:ingressClass), but traefik.");
  expect(output).toContain("pulumi config set ingressClass traefik -s prod");
  expect(await check({ ingressClass: "traefik" })).toMatchObject({ code: 0 });
});

test("Without a storage class there is no claim", async () => {
  server.objects.delete(`${STORAGE}/standard`);
  await refuses(
    "It has no default storage class for the claim of the database (slipway:storageClass), and no other either.",
    "pulumi config set database external -s prod",
  );
  expect(await check({ claim: false })).toMatchObject({ code: 0 });
});

test("Without a default one, or the one that is named, those that are there are named", async () => {
  put(`${STORAGE}/standard`, {});
  await refuses(
    "It has no default storage class",
    "pulumi config set storageClass standard -s prod",
  );
  const { output } = await check({ storageClass: "fast" });
  expect(output).toContain("It has no storage class fast for the claim of the database");
  expect(await check({ storageClass: "standard" })).toMatchObject({ code: 0 });
});

test("A quota of the namespace without room for a release beside the one before is named", async () => {
  put("/api/v1/namespaces/slipway-prod", { labels: OURS });
  put(`${QUOTAS}/wide`, {}, { hard: { pods: "3" } });
  expect(await check()).toEqual({ code: 0, output: "" });
  put(`${QUOTAS}/narrow`, {}, { hard: { pods: "2" } });
  await refuses("The quota narrow of its namespace is too small", "config set replicas");
});

test("All that is wrong is said at once", async () => {
  isOld();
  put("/api/v1/namespaces/slipway-prod", {});
  put(`${CLASSES}/slipway-prod`, {}, { controller: "traefik.io/ingress-controller" });
  server.objects.delete(`${STORAGE}/standard`);
  await refuses("  1. ", "  2. ", "  3. ", "  4. ");
});

test("A login that is not let in is told from a server that is not there", async () => {
  server.refusals.set("GET /version", { code: 401, message: "Unauthorized" });
  await refuses(
    `The cluster at ${server.url} did not answer as it should: it answers 401.`,
    "pulumi config set --secret kubeconfig <FILE -s prod",
  );
});

test("A server that is not there is named at once", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { output } = await check({ server: url });
  expect(output).toContain(`The cluster at ${url} did not answer as it should: `);
  expect(output).toContain("ECONNREFUSED");
  expect(output).toContain("pulumi config set --secret kubeconfig <FILE -s prod");
});

test("One that never answers is given up within half a minute", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  try {
    const began = performance.now();
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { code, output } = await check({ server: url });
    expect(code, output).toBe(1);
    expect(output).toContain(
      `The cluster at ${url} did not answer as it should: no answer in 12 s`,
    );
    expect(performance.now() - began).toBeLessThan(30_000);
  } finally {
    silent.close();
  }
});

const POD: PodResources = {
  requests: { cpu: "100m", memory: "512Mi" },
  limits: { memory: "512Mi" },
};
const ROOM: CapacityRequest = {
  pods: [{ count: 2, ...POD }],
  passing: [[{ count: 1, ...POD }]],
  claimGiB: 10,
  loadBalancers: 1,
};

const DEFAULT = { "storageclass.kubernetes.io/is-default-class": "true" };

function isOld(): void {
  server.refusals.set("GET /version", { code: 200, major: "1", minor: "27+" });
}

function put(path: string, metadata: Properties, spec?: Properties): void {
  server.objects.set(path, { metadata: { name: path.split("/").at(-1), ...metadata }, spec });
}

async function refuses(...texts: string[]): Promise<void> {
  const { code, output } = await check();
  expect(code, output).toBe(1);
  for (const text of texts) expect(output).toContain(text);
  expect(server.writes).toEqual([]);
}

async function check(wants: Properties = {}): Promise<Ended> {
  const kubeconfig = join(folder, "kubeconfig");
  const call = {
    kubeconfig,
    server: server.url,
    project: "slipway",
    stack: "prod",
    namespace: "slipway-prod",
    claim: true,
    room: ROOM,
    ...wants,
  };
  // Without it the client refuses to speak to a server without TLS.
  const insecure = '"insecure-skip-tls-verify":true,"server":';
  writeFileSync(kubeconfig, kubeconfigOf(call.server).replaceAll('"server":', insecure));
  const child = spawn(
    process.execPath,
    [join(ROOT, "components/kubernetes/steps/check-cluster.ts")],
    {
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  child.stdin.end(JSON.stringify(call));
  return await ended(child);
}
