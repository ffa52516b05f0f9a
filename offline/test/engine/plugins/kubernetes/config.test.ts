import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import kubernetesPackage from "@pulumi/kubernetes/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf, Plugin, type Properties } from "../plugin.ts";
import { FakeApiServer, kubeconfigOf } from "./fake-api-server.ts";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const configMap = { apiVersion: "v1", kind: "ConfigMap", data: { a: "1" } };
let server: FakeApiServer;
let plugin: Plugin;

beforeAll(async () => {
  server = await FakeApiServer.start();
  plugin = await Plugin.start("kubernetes");
});

afterAll(async () => {
  await plugin.stop();
  server.stop();
});

async function configured(config: Properties): Promise<Plugin> {
  const other = await Plugin.startForThisTest("kubernetes");
  await other.configure(config);
  return other;
}

test("Its version is that of the SDK", async () => {
  expect(await plugin.version()).toBe(kubernetesPackage.version);
});

test("Kinds of Kubernetes that it does not have, and components, are errors", async () => {
  for (const type of ["core/v1:ReplicationController", "core/v1:PodPatch", "helm.sh/v3:Release"]) {
    const { message } = await failureOf(plugin.check(`kubernetes:${type}`, {}));
    expect(message).toContain(`unrecognized resource type (Check): kubernetes:${type}`);
  }
});

test("A key that the provider does not have is refused by name", async () => {
  expect((await plugin.checkConfig({ kubeConfig: "x" })).failures).toEqual([
    "the stand-in for the kubernetes plugin has no configuration `kubeConfig`",
  ]);
});

test("Applying on the client is refused", async () => {
  const { failures } = await plugin.checkConfig({ enableServerSideApply: "false" });
  expect(failures).toEqual([expect.stringContaining("applies on the server only")]);
});

describe("another cluster", () => {
  const one = { kubeconfig: kubeconfigOf("https://127.0.0.1:1") };
  const two = { kubeconfig: kubeconfigOf("https://127.0.0.1:2") };

  test.each([
    ["another server", one, two, ["kubeconfig"]],
    ["another context", one, { ...one, context: "there" }, ["context"]],
    ["another namespace", one, { ...one, namespace: "x" }, []],
    [
      "another identifier",
      { ...one, clusterIdentifier: "a" },
      { ...one, clusterIdentifier: "b" },
      ["clusterIdentifier"],
    ],
    [
      "another server of the same identifier",
      { ...one, clusterIdentifier: "a" },
      { ...two, clusterIdentifier: "a" },
      [],
    ],
  ])("With %s, what is replaced is decided by %j", async (_, before, after, replaces) => {
    expect((await plugin.diffConfig(before, after)).replaces).toEqual(replaces);
  });
});

test("It may be given by a path as well as by its text", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-kubeconfig-"));
  try {
    writeFileSync(join(folder, "config"), server.kubeconfig);
    const other = await configured({ kubeconfig: join(folder, "config") });
    const inputs = await other.checked(CONFIG_MAP, configMap);
    expect((await other.create(CONFIG_MAP, inputs)).id).toMatch(/^team\/web-/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("Objects go to the namespace of the provider rather than to that of the context", async () => {
  const other = await configured({ kubeconfig: server.kubeconfig, namespace: "ours" });
  const inputs = await other.checked(CONFIG_MAP, configMap);
  expect(inputs["metadata"].namespace).toBe("ours");
});

test("A cluster that others use is refused before anything is sent there", async () => {
  const kubeconfig = kubeconfigOf("https://35.1.2.3");
  const { message } = await failureOf(plugin.configure({ kubeconfig }));
  expect(message).toContain("is for clusters in tests, and 35.1.2.3 is a public address");
});

describe("a cluster that cannot be reached", () => {
  test.each([
    ["no kubeconfig", {}, "the provider has no `kubeconfig`"],
    ["a path of nothing", { kubeconfig: "/no/such" }, 'there is no file "/no/such"'],
    [
      "a context that is not there",
      { kubeconfig: kubeconfigOf("http://127.0.0.1:1"), context: "where" },
      'context "where" does not exist: the kubeconfig has "here", "there"',
    ],
    [
      "no current context",
      { kubeconfig: kubeconfigOf("http://127.0.0.1:1").replace('"current-context":"here",', "") },
      "the kubeconfig has no current context",
    ],
    [
      "nobody there",
      { kubeconfig: kubeconfigOf("http://127.0.0.1:1") },
      "GET http://127.0.0.1:1/version: connect ECONNREFUSED 127.0.0.1:1",
    ],
  ])("With %s a preview works, and the update says why not", async (_, config, reason) => {
    const other = await configured(config);
    const inputs = await other.checked(CONFIG_MAP, configMap);
    expect((await other.create(CONFIG_MAP, inputs, { preview: true })).state).toEqual(inputs);
    const { message } = await failureOf(other.create(CONFIG_MAP, inputs));
    expect(message).toContain("configured Kubernetes cluster is unreachable: ");
    expect(message).toContain(reason);
  });

  test("What was there counts as gone only if the provider is told so", async () => {
    const kubeconfig = kubeconfigOf("http://127.0.0.1:1");
    const state = { ...configMap, metadata: { name: "a", namespace: "b" }, __inputs: configMap };
    const careful = await configured({ kubeconfig });
    expect((await failureOf(careful.read(CONFIG_MAP, state, configMap))).message).toContain(
      "failed to read resource state due to unreachable cluster",
    );
    expect((await failureOf(careful.delete(CONFIG_MAP, state))).message).toContain(
      "PULUMI_K8S_DELETE_UNREACHABLE",
    );
    const careless = await configured({ kubeconfig, deleteUnreachable: "true" });
    expect(await careless.read(CONFIG_MAP, state, configMap)).toBeUndefined();
    await careless.delete(CONFIG_MAP, state);
  });
});
