import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, ensureImage, image, labels, removeAll, run } from "./docker-things.ts";
import { failureOf, Plugin, type Properties, UNKNOWN } from "./plugin.ts";

const VOLUME = "docker:index/volume:Volume";
let plugin: Plugin;
let inputs: Properties;
let state: Properties;

beforeAll(async () => {
  await ensureImage();
  plugin = await Plugin.start("docker");
  await plugin.configure();
  inputs = await plugin.checked(VOLUME, {
    name: run,
    labels,
    driverOpts: { type: "tmpfs", device: "tmpfs" },
  });
  ({ state } = await plugin.create(VOLUME, inputs));
});

afterAll(async () => {
  await plugin.stop();
  await removeAll();
});

test("Without a name it makes one up", async () => {
  expect((await plugin.checked(VOLUME, {}))["name"]).toMatch(/^web-[0-9a-f]{7}$/);
});

test("A property that a volume does not have is refused", async () => {
  const { failures } = await plugin.check(VOLUME, { size: 1 });
  expect(failures).toEqual(["Invalid or unknown key. Examine values at 'web.size'."]);
});

test("It is created as it is told, and the state has what the engine chose", async () => {
  const { Labels, Options, Mountpoint } = await docker.getVolume(run).inspect();
  expect({ Labels, Options }).toEqual({
    Labels: { "slipway.test": run },
    Options: { type: "tmpfs", device: "tmpfs" },
  });
  expect(state).toMatchObject({ id: run, driver: "local", mountpoint: Mountpoint });
});

test("A preview of its creation knows what is given only", async () => {
  const preview = await plugin.create(VOLUME, inputs, { preview: true });
  expect(preview.state).toMatchObject({ name: run, driver: UNKNOWN, mountpoint: UNKNOWN });
});

test("It is as it was when it is looked at again", async () => {
  expect(await plugin.read(VOLUME, state, inputs)).toEqual({ state, inputs });
  expect((await plugin.diff(VOLUME, state, inputs, inputs)).changed).toBe(false);
});

test.each([
  ["labels", [{ label: "slipway.test", value: "other" }], { "labels[0].value": "update-replace" }],
  ["driverOpts", { type: "tmpfs" }, { "driverOpts.device": "delete-replace" }],
  ["driver", "other", { driver: "update-replace" }],
])(
  "Other %s replace it, the old one going first because the name is taken",
  async (name, value, changes) => {
    const diff = await plugin.diff(VOLUME, state, inputs, { ...inputs, [name]: value });
    expect(diff).toEqual({ changed: true, changes, replaces: [name], deleteBeforeReplace: true });
  },
);

test("One that exists already is taken over with what is in it", async () => {
  expect((await plugin.create(VOLUME, inputs)).id).toBe(run);
});

test("What the engine refuses is an error in its words", async () => {
  const { message } = await failureOf(plugin.create(VOLUME, { name: "not a name" }));
  expect(message).toContain(
    'Unable to create volume: Error response from daemon: create not a name: "not a name" ' +
      "includes invalid characters for a local volume name",
  );
});

describe("deletion", () => {
  test("It waits until no container uses the volume", async () => {
    const container = await docker.createContainer({
      Image: image,
      Labels: { "slipway.test": run },
      HostConfig: { Binds: [`${run}:/data`] },
    });
    let deleted = false;
    const deletion = plugin.delete(VOLUME, state).then(() => {
      deleted = true;
    });
    await expect.poll(() => docker.getVolume(run).inspect()).toMatchObject({ Name: run });
    expect(deleted).toBe(false);
    await container.remove();
    await deletion;
    await expect(docker.getVolume(run).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("Gone, it is not found, and there is nothing to delete", async () => {
    expect(await plugin.read(VOLUME, state, inputs)).toBeUndefined();
    await plugin.delete(VOLUME, state);
  });
});
