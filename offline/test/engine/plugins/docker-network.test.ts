import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, ensureImage, image, labels, removeAll, run } from "./docker-things.ts";
import { failureOf, Plugin, type Properties, UNKNOWN } from "./plugin.ts";

const NETWORK = "docker:index/network:Network";
let plugin: Plugin;

beforeAll(async () => {
  await ensureImage();
  plugin = await Plugin.start("docker");
  await plugin.configure();
});

afterAll(async () => {
  await plugin.stop();
  await removeAll();
});

describe("check", () => {
  test("Without a name it makes one up, and keeps it from then on", async () => {
    const first = await plugin.checked(NETWORK, {});
    expect(first["name"]).toMatch(/^web-[0-9a-f]{7}$/);
    expect(first["__defaults"]).toEqual(["ipamDriver", "name"]);
    expect(await plugin.checked(NETWORK, {}, first)).toEqual(first);
  });

  test("A name that the stack's config proposes or enforces is taken as it is", async () => {
    for (const mode of ["propose", "enforce"] as const) {
      const { inputs } = await plugin.check(NETWORK, {}, {}, { mode, proposedName: "chosen" });
      expect(inputs["name"]).toBe("chosen");
    }
  });

  test("Where names are not to be made up, one must be given", async () => {
    const disabled = { mode: "disable", proposedName: "" } as const;
    const { message } = await failureOf(plugin.check(NETWORK, {}, {}, disabled));
    expect(message).toBe("automatic naming is disabled but no explicit name was provided");
    expect((await plugin.check(NETWORK, { name: "a" }, {}, disabled)).failures).toEqual([]);
  });

  test("What a network does not have, or cannot have like that, is refused with its place", async () => {
    const { failures } = await plugin.check(NETWORK, {
      nam: "a",
      scope: "local",
      internal: "yes",
      labels: [{ label: "a", vlaue: "b" }],
    });
    expect(failures).toEqual(
      [
        "Invalid or unknown key. Examine values at 'web.nam'.",
        "Invalid or unknown key. Examine values at 'web.scope'.",
        "cannot parse '' as bool: strconv.ParseBool: parsing \"yes\": invalid syntax. Examine values at 'web.internal'.",
        "Invalid or unknown key. Examine values at 'web.labels'.",
        'Missing required argument. The argument "labels.0.value" is required, but no definition ' +
          "was found.. Examine values at 'web.labels'.",
      ].sort((a, b) => failures.indexOf(a) - failures.indexOf(b)),
    );
  });
});

describe("a network", () => {
  let inputs: Properties;
  let state: Properties;

  beforeAll(async () => {
    inputs = await plugin.checked(NETWORK, {
      name: run,
      // The engine has them in another order.
      labels: [...labels, { label: "role", value: "test" }],
    });
    ({ state } = await plugin.create(NETWORK, inputs));
  });

  test("It is created as it is told, and the state has what the engine chose", async () => {
    const { Id, Driver, Labels } = await docker.getNetwork(run).inspect();
    expect({ Driver, Labels }).toEqual({
      Driver: "bridge",
      Labels: { role: "test", "slipway.test": run },
    });
    expect(state).toMatchObject({ id: Id, driver: "bridge", internal: false, scope: "local" });
  });

  test("A preview of its creation knows what is given only", async () => {
    const preview = await plugin.create(NETWORK, inputs, { preview: true });
    expect(preview.state).toMatchObject({ name: run, driver: UNKNOWN, id: UNKNOWN });
  });

  test("Looked at again it has empty options too, which are no change", async () => {
    expect(state).toMatchObject({ ipamOptions: null });
    const found = await plugin.read(NETWORK, state, inputs);
    expect(found).toEqual({ state: { ...state, ipamOptions: {} }, inputs });
    const refreshed = found?.state ?? {};
    expect((await plugin.diff(NETWORK, refreshed, inputs, inputs)).changed).toBe(false);
  });

  test("The state has the addresses that the engine chose, which are no change", async () => {
    const { IPAM } = await docker.getNetwork(run).inspect();
    const [{ Subnet, Gateway } = {}] = IPAM?.Config ?? [];
    expect(state["ipamConfigs"]).toEqual([
      { subnet: Subnet, gateway: Gateway, ipRange: "", auxAddress: {} },
    ]);
    expect((await plugin.diff(NETWORK, state, inputs, inputs)).changed).toBe(false);
  });

  test("Labels in another order are no change", async () => {
    const reversed = { ...inputs, labels: [...inputs["labels"]].reverse() };
    expect((await plugin.diff(NETWORK, state, inputs, reversed)).changed).toBe(false);
  });

  test.each([
    ["name", "other", { name: "update-replace" }],
    ["name", UNKNOWN, { name: "update-replace" }],
    ["internal", true, { internal: "update-replace" }],
    ["driver", "macvlan", { driver: "update-replace" }],
    ["options", { "a.b": "c" }, { 'options["a.b"]': "add-replace" }],
    ["labels", [], { labels: "delete-replace" }],
    ["ipamOptions", { a: "b" }, { ipamOptions: "add-replace" }],
  ])(
    "Another %s replaces it, the old one going first because the name is taken",
    async (name, value, changes) => {
      const diff = await plugin.diff(NETWORK, state, inputs, { ...inputs, [name]: value });
      expect(diff).toEqual({ changed: true, changes, replaces: [name], deleteBeforeReplace: true });
    },
  );

  test("With a made-up name the new one comes first", async () => {
    const news = { ...inputs, internal: true, __defaults: ["ipamDriver", "name"] };
    expect(await plugin.diff(NETWORK, state, inputs, news)).toMatchObject({
      replaces: ["internal"],
      deleteBeforeReplace: false,
    });
  });

  test("A second one of the same name is refused by the engine, and by it only", async () => {
    plugin.logs.length = 0;
    const failure = await failureOf(plugin.create(NETWORK, inputs));
    const reason = `Unable to create network: Error response from daemon: network with name ${run} already exists`;
    expect(failure.message).toBe(`1 error occurred:\n\t* ${reason}\n\n`);
    expect(failure.partial).toBeUndefined();
    expect(plugin.logs).toEqual([
      `  sdk-v2/provider2.go:571: sdk.helper_schema: ${reason}: provider=docker@5.2.0`,
    ]);
  });

  test("It is not deleted before its last container has gone", async () => {
    const container = await docker.createContainer({
      Image: image,
      Entrypoint: ["sleep", "1000"],
      Labels: { "slipway.test": run },
      HostConfig: { NetworkMode: run },
    });
    await container.start();
    let deleted = false;
    const deletion = plugin.delete(NETWORK, state).then(() => {
      deleted = true;
    });
    await expect.poll(() => docker.getNetwork(run).inspect()).toMatchObject({ Name: run });
    expect(deleted).toBe(false);
    await container.remove({ force: true });
    await deletion;
    await expect(docker.getNetwork(run).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("Gone, it is not found, and there is nothing to delete", async () => {
    expect(await plugin.read(NETWORK, state, inputs)).toBeUndefined();
    await plugin.delete(NETWORK, state);
  });
});
