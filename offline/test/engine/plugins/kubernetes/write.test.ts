import { expect, test } from "vitest";
import { failureOf, secret, UNKNOWN } from "../plugin.ts";
import { Faked } from "./faked.ts";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const FOLDER = "/api/v1/namespaces/team/configmaps";
const configMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "mine", annotations: { pin: secret("1234") } },
  data: { a: "1" },
};
const faked = new Faked();

test("A creation is strict, and its state has the object, the inputs and a manager", async () => {
  const { inputs, state } = await faked.make(CONFIG_MAP, configMap);
  expect(faked.server.writes).toMatchObject([
    {
      method: "POST",
      path: FOLDER,
      query: { fieldValidation: "Strict", fieldManager: "pulumi-kubernetes" },
      body: { metadata: { annotations: { pin: "1234" } } },
    },
  ]);
  expect(state).toMatchObject({
    metadata: { uid: expect.any(String), annotations: { pin: secret("1234") } },
    __inputs: inputs,
    __initialApiVersion: "v1",
    __fieldManager: expect.stringMatching(/^pulumi-kubernetes-[0-9a-f]{8}$/),
  });
});

test("A preview asks the server, and leaves everything as it is", async () => {
  const inputs = await faked.plugin.checked(CONFIG_MAP, configMap);
  const { id, state } = await faked.plugin.create(CONFIG_MAP, inputs, { preview: true });
  expect(id).toBe("");
  expect(state["metadata"].name).toBe("mine");
  expect(faked.server.writes[0]?.query).toMatchObject({ dryRun: "All", fieldValidation: "Strict" });
  expect(faked.server.objects.size).toBe(0);
});

test("A preview of what is not known yet, or of a kind that is not there yet, asks nobody", async () => {
  const unknown = await faked.plugin.checked(CONFIG_MAP, { ...configMap, data: { a: UNKNOWN } });
  const preview = { preview: true };
  expect((await faked.plugin.create(CONFIG_MAP, unknown, preview)).state).toEqual(unknown);
  const type = "kubernetes:later.example/v1:Thing";
  const thing = await faked.plugin.checked(type, { apiVersion: "later.example/v1", kind: "Thing" });
  expect((await faked.plugin.create(type, thing, preview)).state).toEqual(thing);
  expect(faked.server.writes).toEqual([]);
});

test("What the server refuses, the preview refuses, in the server's words", async () => {
  const message = 'strict decoding error: unknown field "dta"';
  faked.server.refusals.set(`POST ${FOLDER}`, { code: 400, message });
  const inputs = await faked.plugin.checked(CONFIG_MAP, configMap);
  const failure = await failureOf(faked.plugin.create(CONFIG_MAP, inputs, { preview: true }));
  expect(failure.message).toBe(
    `resource "urn:pulumi:test::slipway::${CONFIG_MAP}::web" was not successfully created by the ` +
      `Kubernetes API server: ${message}`,
  );
});

test("A namespace that is missing in a preview is one that is about to come", async () => {
  const details = { kind: "namespaces" };
  faked.server.refusals.set(`POST ${FOLDER}`, { code: 404, message: "no", details });
  const inputs = await faked.plugin.checked(CONFIG_MAP, configMap);
  const { state } = await faked.plugin.create(CONFIG_MAP, inputs, { preview: true });
  expect(state).toEqual(inputs);
});

test("A namespace that comes a moment later is waited for", async () => {
  faked.server.refusals.set(`POST ${FOLDER}`, { code: 404, message: "not there yet" });
  const making = faked.make(CONFIG_MAP, configMap);
  await expect.poll(() => faked.server.writes.length).toBe(1);
  faked.server.refusals.clear();
  expect((await making).state["metadata"].name).toBe("mine");
});

test("What exists already is not taken over", async () => {
  await faked.make(CONFIG_MAP, configMap);
  const { message } = await failureOf(faked.make(CONFIG_MAP, configMap));
  expect(message).toContain("it already exists");
  expect(message).toContain("`pulumi import`");
});

test("An update takes the fields over from the creation, and applies", async () => {
  const { inputs, state } = await faked.make(CONFIG_MAP, configMap);
  const manager = state["__fieldManager"];
  const created = {
    manager: "pulumi-kubernetes",
    operation: "Update",
    fieldsV1: { "f:data": { "f:a": {} } },
  };
  const path = `${FOLDER}/mine`;
  const metadata = { ...faked.server.objects.get(path)?.["metadata"], managedFields: [created] };
  faked.server.change(path, { metadata });
  const metadataOfProgram = { ...configMap.metadata, labels: { a: "b" } };
  const changed = await faked.plugin.checked(
    CONFIG_MAP,
    { ...configMap, metadata: metadataOfProgram },
    inputs,
  );

  const after = await faked.plugin.update(CONFIG_MAP, state, inputs, changed);
  expect(faked.server.writes.slice(1)).toMatchObject([
    {
      method: "PATCH",
      body: [
        {
          path: "/metadata/managedFields",
          value: [{ manager, operation: "Apply", fieldsV1: created.fieldsV1 }],
        },
        { path: "/metadata/resourceVersion" },
      ],
    },
    {
      method: "PATCH",
      query: { fieldManager: manager, force: "false", fieldValidation: "Strict" },
      body: { metadata: { labels: { a: "b" } } },
    },
  ]);
  expect(after).toMatchObject({ __fieldManager: manager, __inputs: changed });
});

test("A preview of an update takes nothing over, and so overrules the creation", async () => {
  const { inputs, state } = await faked.make(CONFIG_MAP, configMap);
  faked.server.change(`${FOLDER}/mine`, {
    metadata: {
      name: "mine",
      managedFields: [{ manager: "pulumi-kubernetes", operation: "Update" }],
    },
  });
  await faked.plugin.update(CONFIG_MAP, state, inputs, inputs, { preview: true });
  expect(faked.server.writes.slice(1)).toMatchObject([{ query: { dryRun: "All", force: "true" } }]);
});

test("A field that somebody else manages is a conflict that says who", async () => {
  const { inputs, state } = await faked.make(CONFIG_MAP, configMap);
  const refusal = { code: 409, reason: "Conflict", message: 'conflict with "kubectl": .data.a' };
  faked.server.refusals.set(`PATCH ${FOLDER}/mine`, refusal);
  const { message, partial } = await failureOf(
    faked.plugin.update(CONFIG_MAP, state, inputs, inputs),
  );
  expect(message).toContain("server-side apply field conflict detected");
  expect(message).toContain('had an apply conflict: conflict with "kubectl": .data.a');
  expect(partial?.id).toBe("team/mine");
});

test("It is deleted with what it owns, and what is gone already is no error", async () => {
  const { state } = await faked.make(CONFIG_MAP, configMap);
  await faked.plugin.delete(CONFIG_MAP, state);
  expect(faked.server.writes.at(-1)).toMatchObject({
    method: "DELETE",
    path: `${FOLDER}/mine`,
    body: { propagationPolicy: "Foreground" },
  });
  await faked.plugin.delete(CONFIG_MAP, state);
});

test("How far a deletion goes can be said by an annotation", async () => {
  const annotations = { "pulumi.com/deletionPropagationPolicy": "orphan" };
  const { state } = await faked.make(CONFIG_MAP, {
    ...configMap,
    metadata: { name: "mine", annotations },
  });
  await faked.plugin.delete(CONFIG_MAP, state);
  expect(faked.server.writes.at(-1)?.body).toMatchObject({ propagationPolicy: "Orphan" });
});

test("It is found as it is, and gone when it is gone", async () => {
  const { inputs, state } = await faked.make(CONFIG_MAP, configMap);
  faked.server.change(`${FOLDER}/mine`, { data: { a: "2", b: "theirs" } });
  const found = await faked.plugin.read(CONFIG_MAP, state, inputs);
  expect(found?.inputs).toEqual({ ...inputs, data: { a: "2" } });
  expect(found?.state["data"]).toEqual({ a: "2", b: "theirs" });
  faked.server.objects.clear();
  expect(await faked.plugin.read(CONFIG_MAP, state, inputs)).toBeUndefined();
});

test("An import takes over what the program would have to say", async () => {
  await faked.make(CONFIG_MAP, configMap);
  const found = await faked.plugin.read(CONFIG_MAP, {}, {}, "team/mine");
  expect(found?.inputs).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "mine", namespace: "team", annotations: { pin: "1234" } },
    data: { a: "1" },
  });
});
