import { expect, test } from "vitest";
import { failureOf, secret, UNKNOWN } from "../plugin.ts";
import { Faked } from "./faked.ts";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const SECRET = "kubernetes:core/v1:Secret";
const configMap = { apiVersion: "v1", kind: "ConfigMap" };
const namespace = { apiVersion: "v1", kind: "Namespace" };
const aSecret = { apiVersion: "v1", kind: "Secret" };
const faked = new Faked();

test("Without a name one is made up, marked as such, and kept", async () => {
  const inputs = await faked.plugin.checked(CONFIG_MAP, configMap);
  expect(inputs["metadata"]).toEqual({
    name: expect.stringMatching(/^web-[0-9a-f]{8}$/),
    namespace: "team",
    annotations: { "pulumi.com/autonamed": "true" },
  });
  const changed = { ...configMap, data: { a: "1" } };
  const again = await faked.plugin.checked(CONFIG_MAP, changed, inputs);
  expect(again).toEqual({ ...inputs, data: { a: "1" } });
});

test("A name that the engine proposes is taken", async () => {
  const naming = { mode: "propose", proposedName: "proposed" } as const;
  const { inputs } = await faked.plugin.check(NAMESPACE, namespace, {}, naming);
  expect(inputs["metadata"].name).toBe("proposed");
});

test("With automatic names disabled, a name is asked for", async () => {
  const naming = { mode: "disable", proposedName: "" } as const;
  const { message } = await failureOf(faked.plugin.check(NAMESPACE, namespace, {}, naming));
  expect(message).toContain("autonaming is disabled");
});

test("A name that is not known yet is a name", async () => {
  const metadata = { name: UNKNOWN };
  const inputs = await faked.plugin.checked(CONFIG_MAP, { ...configMap, metadata });
  expect(inputs["metadata"]).toEqual({ name: UNKNOWN, namespace: "team" });
});

test("What belongs to the cluster is given no namespace", async () => {
  expect((await faked.plugin.checked(NAMESPACE, namespace))["metadata"]).not.toHaveProperty(
    "namespace",
  );
  const world = { apiVersion: "slipway.example/v1", kind: "World" };
  const inputs = await faked.plugin.checked("kubernetes:slipway.example/v1:World", world);
  expect(inputs["metadata"]).not.toHaveProperty("namespace");
});

test("The data of a Secret is secret, however it is given, and in the form that is stored", async () => {
  const given = { ...aSecret, stringData: { a: secret("hunter2") }, data: { b: "eA==\n" } };
  expect(await faked.plugin.checked(SECRET, given)).toEqual({
    ...aSecret,
    data: secret({ a: "aHVudGVyMg==", b: "eA==" }),
    metadata: expect.anything(),
  });
});

test("Data of a Secret that is not known yet stays as it is given", async () => {
  const inputs = await faked.plugin.checked(SECRET, { ...aSecret, stringData: { a: UNKNOWN } });
  expect(inputs["stringData"]).toEqual(secret({ a: UNKNOWN }));
});

test("Of other objects, those parts are secret that were given so", async () => {
  const metadata = { annotations: { a: secret("hunter2"), b: "plain" } };
  const inputs = await faked.plugin.checked(CONFIG_MAP, { ...configMap, metadata });
  expect(inputs["metadata"].annotations).toMatchObject({ a: secret("hunter2"), b: "plain" });
});

test("An annotation that the plugin would not heed is refused", async () => {
  const metadata = { annotations: { "pulumi.com/skipawait": "true" } };
  const { failures } = await faked.plugin.check(CONFIG_MAP, { ...configMap, metadata });
  expect(failures).toEqual([
    'the stand-in for the kubernetes plugin has no annotation "pulumi.com/skipawait"',
  ]);
});

test("Names that the server makes up are refused", async () => {
  const metadata = { generateName: "a-" };
  const { message } = await failureOf(faked.plugin.check(CONFIG_MAP, { ...configMap, metadata }));
  expect(message).toContain("`.metadata.generateName` field is not supported");
});
