import { describe, expect, test } from "vitest";
import { type Properties, secret, UNKNOWN } from "../plugin.ts";
import { Faked } from "./faked.ts";

const faked = new Faked();

/** How an object differs that was made with some inputs and now has others. */
async function difference(token: string, before: Properties, after: Properties, live?: Properties) {
  const type = `kubernetes:${token}`;
  const [groupVersion = "", kind] = token.split(":");
  const head = { apiVersion: groupVersion.replace("core/", ""), kind };
  const inputs = await faked.plugin.checked(type, { ...head, ...before });
  const changed = await faked.plugin.checked(type, { ...head, ...after }, inputs);
  const state = { ...inputs, ...live, __inputs: inputs };
  return faked.plugin.diff(type, state, inputs, changed);
}

const named = { metadata: { name: "mine" } };
const container = { name: "main", image: "a:1" };

describe("A change in place", () => {
  test.each([
    [
      "apps/v1:Deployment",
      { spec: { replicas: 1, template: { spec: { containers: [container] } } } },
      {
        spec: { replicas: 2, template: { spec: { containers: [{ ...container, image: "a:2" }] } } },
      },
      { "spec.replicas": "update", "spec.template.spec.containers[0].image": "update" },
    ],
    [
      "core/v1:Service",
      { spec: { ports: [{ port: 80 }, { port: 81 }] } },
      { spec: { ports: [{ port: 80, name: "http" }] } },
      { "spec.ports[0].name": "add", "spec.ports[1]": "delete" },
    ],
    [
      "core/v1:ServiceAccount",
      {},
      { metadata: { annotations: { "a.b/c": UNKNOWN } } },
      { 'metadata.annotations["a.b/c"]': "add" },
    ],
  ])("of a %s is told by its paths", async (token, before, after, changes) => {
    const diff = await difference(token, before, after);
    expect(diff).toEqual({ changed: true, changes, replaces: [], deleteBeforeReplace: false });
  });
});

describe("A change that needs a new object", () => {
  test.each<[string, Properties, Properties, string]>([
    [
      "batch/v1:Job",
      { spec: { template: { a: 1 } } },
      { spec: { template: { a: 2 } } },
      "spec.template.a",
    ],
    ["core/v1:ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }, "data.a"],
    ["core/v1:ConfigMap", { binaryData: { a: "1" } }, { binaryData: {} }, "binaryData.a"],
    ["core/v1:Secret", { type: "a" }, { type: "b" }, "type"],
    ["core/v1:Secret", { data: { a: "YQ==" } }, { stringData: { a: "b" } }, "data.a"],
    [
      "apps/v1:Deployment",
      { spec: { selector: { a: 1 } } },
      { spec: { selector: { a: 2 } } },
      "spec.selector.a",
    ],
    [
      "apps/v1:DaemonSet",
      { spec: { selector: { a: 1 } } },
      { spec: { selector: { a: 2 } } },
      "spec.selector.a",
    ],
    [
      "apps/v1:StatefulSet",
      { spec: { serviceName: "a" } },
      { spec: { serviceName: "b" } },
      "spec.serviceName",
    ],
    [
      "apps/v1:StatefulSet",
      { spec: {} },
      { spec: { volumeClaimTemplates: [{}] } },
      "spec.volumeClaimTemplates",
    ],
    [
      "core/v1:PersistentVolumeClaim",
      { spec: { storageClassName: "a" } },
      { spec: { storageClassName: "b" } },
      "spec.storageClassName",
    ],
    [
      "core/v1:Service",
      { spec: { clusterIP: "10.0.0.1" } },
      { spec: { clusterIP: "None" } },
      "spec.clusterIP",
    ],
    ["core/v1:Service", {}, { spec: { clusterIP: "None" } }, "spec"],
    [
      "core/v1:ResourceQuota",
      { spec: { scopes: ["a"] } },
      { spec: { scopes: ["b"] } },
      "spec.scopes[0]",
    ],
    [
      "core/v1:Pod",
      { spec: { containers: [container] } },
      { spec: { containers: [{ ...container, image: "b" }] } },
      "spec.containers[0].image",
    ],
    [
      "core/v1:Pod",
      { spec: { initContainers: [container] } },
      { spec: { initContainers: [container, container] } },
      "spec.initContainers[1]",
    ],
    [
      "rbac.authorization.k8s.io/v1:RoleBinding",
      { roleRef: { name: "a" } },
      { roleRef: { name: "b" } },
      "roleRef.name",
    ],
    [
      "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
      { roleRef: { name: "a" } },
      { roleRef: { name: "b" } },
      "roleRef.name",
    ],
    ["storage.k8s.io/v1:StorageClass", { provisioner: "a" }, { provisioner: "b" }, "provisioner"],
    [
      "slipway.example/v1:Toy",
      { metadata: { name: "a" } },
      { metadata: { name: "b" } },
      "metadata.name",
    ],
    [
      "core/v1:Service",
      { metadata: { namespace: "a" } },
      { metadata: { namespace: "b" } },
      "metadata.namespace",
    ],
  ])("%s: %j, then %j", async (token, before, after, path) => {
    const { changes, replaces } = await difference(token, before, after);
    expect(Object.keys(changes)).toEqual([path]);
    expect(changes[path]).toMatch(/-replace$/);
    expect(replaces).toEqual([path.split(/[.[]/)[0]]);
  });

  test("deletes the old one first if the name is fixed, and else makes the new one first", async () => {
    const before = { data: { a: "1" } };
    const after = { data: { a: "2" } };
    const autonamed = await difference("core/v1:ConfigMap", before, after);
    expect(autonamed.deleteBeforeReplace).toBe(false);
    const fixed = await difference(
      "core/v1:ConfigMap",
      { ...named, ...before },
      { ...named, ...after },
    );
    expect(fixed.deleteBeforeReplace).toBe(true);
  });
});

describe("No change", () => {
  test.each<[string, string, Properties, Properties]>([
    [
      "the cluster adds",
      "core/v1:Service",
      { spec: { ports: [{ port: 80 }] } },
      { spec: { clusterIP: "10.0.0.1", ports: [{ port: 80, protocol: "TCP" }] }, status: {} },
    ],
    [
      "the server writes another way",
      "core/v1:Pod",
      { spec: { containers: [{ resources: { limits: { cpu: "1000m", memory: "1.5Gi" } } }] } },
      { spec: { containers: [{ resources: { limits: { cpu: "1", memory: "1536Mi" } } }] } },
    ],
    [
      "the server does not keep",
      "networking.k8s.io/v1:NetworkPolicy",
      { spec: { podSelector: {}, ingress: [] } },
      { spec: { podSelector: {} } },
    ],
    ["is secret", "core/v1:Secret", { stringData: { a: secret("b") } }, { data: { a: "Yg==" } }],
  ])("is what %s", async (_, token, given, live) => {
    expect((await difference(token, given, given, live)).changes).toEqual({});
  });

  test("is what the program ignores", async () => {
    const { plugin } = faked;
    const type = "kubernetes:apps/v1:Deployment";
    const deployment = { apiVersion: "apps/v1", kind: "Deployment" };
    const inputs = await plugin.checked(type, { ...deployment, spec: { replicas: 1 } });
    const state = { ...inputs, spec: { replicas: 5 }, __inputs: inputs };
    expect((await plugin.diff(type, state, inputs, inputs)).changed).toBe(true);
    expect((await plugin.diff(type, state, inputs, inputs, ["spec.replicas"])).changed).toBe(false);
    expect((await plugin.diff(type, state, inputs, inputs, ["spec.repl"])).changed).toBe(true);
  });
});

test("What somebody else changed of what the program says is a change", async () => {
  const given = { spec: { replicas: 1 } };
  const diff = await difference("apps/v1:Deployment", given, given, { spec: { replicas: 3 } });
  expect(diff.changes).toEqual({ "spec.replicas": "update" });
});
