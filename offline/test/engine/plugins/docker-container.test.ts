import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../../test/e2e/until.ts";
import {
  docker,
  ensureImage,
  image,
  imageWithDefaults,
  inContainer,
  labels,
  removeAll,
  run,
} from "./docker-things.ts";
import { failureOf, Plugin, type Properties, secret, UNKNOWN } from "./plugin.ts";

const CONTAINER = "docker:index/container:Container";
const name = `${run}-web`;
const networks = [`${run}-front`, `${run}-back`];
const withDefaults = `slipway-test/${run}:defaults`;
/** Ends at once when it is asked to, whichever signal it is asked with. */
const script = ["-c", "trap 'exit 0' TERM INT QUIT; echo ready; while :; do sleep 0.1; done"];
const minimal = {
  name,
  image,
  labels,
  entrypoints: ["/bin/sh"],
  command: script,
  networkMode: "none",
};
/** Ports want a network; one of the tests' own, whatever happens to the engine's. */
const published = { networkMode: "bridge", networksAdvanced: [{ name: networks[0] }] };

let plugin: Plugin;

beforeAll(async () => {
  await ensureImage();
  await imageWithDefaults("defaults");
  for (const Name of networks) {
    await docker.createNetwork({ Name, Labels: { "slipway.test": run } });
  }
  await docker.createVolume({ Name: `${run}-data`, Labels: { "slipway.test": run } });
  plugin = await Plugin.start("docker");
  await plugin.configure();
});

afterEach(async () => {
  await docker
    .getContainer(name)
    .remove({ force: true, v: true })
    .catch(() => undefined);
});

afterAll(async () => {
  await plugin.stop();
  await removeAll();
});

async function created(inputs: Properties) {
  const checked = await plugin.checked(CONTAINER, inputs);
  const { id, state } = await plugin.create(CONTAINER, checked);
  return { id, state, inputs: checked };
}

describe("check", () => {
  test("What a container does not have, or cannot have like that, is refused with its place", async () => {
    const { failures } = await plugin.check(CONTAINER, {
      zzz: 1,
      gpus: "all",
      restart: "sometimes",
      memory: -1,
      ports: [{ external: 80 }],
      uploads: [{ file: "/a", permissions: "rwx" }],
      volumes: [{ hostPath: "here", containerPath: "/here" }],
      healthcheck: { interval: "soon" },
    });
    expect(failures.toSorted()).toEqual([
      "'-1' cannot be lower than 0. '-1' cannot be lower than 0. Examine values at 'web.memory'.",
      "'here' must be an absolute path. 'here' must be an absolute path. Examine values at 'web.volumes'.",
      "'rwx' doesn't match the pattern '^0[0-7]{3}$'. 'rwx' doesn't match the pattern '^0[0-7]{3}$'. Examine values at 'web.uploads'.",
      "'sometimes' doesn't match the pattern '^(no|on-failure|always|unless-stopped)$'. 'sometimes' doesn't match the pattern '^(no|on-failure|always|unless-stopped)$'. Examine values at 'web.restart'.",
      "'soon' is not a valid duration. 'soon' is not a valid duration. Examine values at 'web.healthcheck.interval'.",
      "Invalid or unknown key. Examine values at 'web.gpus'.",
      "Invalid or unknown key. Examine values at 'web.zzz'.",
      "Missing required argument. The argument \"image\" is required, but no definition was found.. Examine values at 'web.image'.",
      "Missing required argument. The argument \"ports.0.internal\" is required, but no definition was found.. Examine values at 'web.ports[0].internal'.",
    ]);
  });

  test("Defaults are inputs that are known to be defaults", async () => {
    expect(await plugin.checked(CONTAINER, { image, name })).toEqual({
      image,
      name,
      containerReadRefreshTimeoutMilliseconds: 15000,
      mustRun: true,
      networkMode: "bridge",
      removeVolumes: true,
      restart: "no",
      start: true,
      waitTimeout: 60,
      __defaults: [
        "containerReadRefreshTimeoutMilliseconds",
        "mustRun",
        "networkMode",
        "removeVolumes",
        "restart",
        "start",
        "waitTimeout",
      ],
    });
  });

  test("A secret is an input like others here, because the engine marks the outputs", async () => {
    const { envs } = await plugin.checked(CONTAINER, { image, envs: [secret("A=hunter2")] });
    expect(envs).toEqual(["A=hunter2"]);
  });
});

describe("a container with everything", () => {
  const inputs = {
    ...minimal,
    networkMode: "bridge",
    envs: ["B=2", "A=1"],
    networksAdvanced: [{ name: networks[0], aliases: ["web", "api"] }, { name: networks[1] }],
    ports: [{ internal: 80, ip: "127.0.0.1" }],
    volumes: [
      { volumeName: `${run}-data`, containerPath: "/data" },
      { hostPath: "/etc/ssl", containerPath: "/host", readOnly: true },
    ],
    uploads: [
      { file: "/etc/slipway/app.conf", content: "plain" },
      { file: "/run-me", content: "#!/bin/sh", executable: true },
      { file: "/secret", contentBase64: "aHVudGVyMg==", permissions: "0600" },
    ],
    restart: "unless-stopped",
    memory: 64,
    memorySwap: 128,
    cpus: "0.5",
    logDriver: "json-file",
    logOpts: { "max-size": "1m" },
    tmpfs: { "/scratch": "rw" },
    capabilities: { drops: ["ALL"], adds: ["CHOWN"] },
    securityOpts: ["no-new-privileges:true"],
    init: true,
    hostname: "webhost",
    stopTimeout: 4,
    healthcheck: { tests: ["CMD", "true"], interval: "1s", retries: 3 },
    wait: true,
  };

  test("The engine gets all of it, and the state says what the engine made of it", async () => {
    const { id, state } = await created(inputs);
    const { Config, HostConfig, NetworkSettings } = await docker.getContainer(id).inspect();
    expect(Config).toMatchObject({
      Env: expect.arrayContaining(["A=1", "B=2"]),
      Hostname: "webhost",
      Entrypoint: ["/bin/sh"],
      Cmd: script,
      StopTimeout: 4,
      Healthcheck: { Test: ["CMD", "true"], Interval: 1e9, Retries: 3 },
    });
    expect(HostConfig).toMatchObject({
      Binds: expect.arrayContaining([`${run}-data:/data:rw`, "/etc/ssl:/host:ro"]),
      RestartPolicy: { Name: "unless-stopped" },
      Memory: 64 * 1024 * 1024,
      MemorySwap: 128 * 1024 * 1024,
      NanoCpus: 5e8,
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      Tmpfs: { "/scratch": "rw" },
      CapAdd: ["CAP_CHOWN"],
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Init: true,
    });
    expect(Object.keys(NetworkSettings.Networks).sort()).toEqual(networks.toSorted());
    const front = NetworkSettings.Networks[`${run}-front`];
    expect(front?.Aliases).toEqual(expect.arrayContaining(["web", "api"]));
    expect(state).toMatchObject({
      id,
      name,
      envs: ["A=1", "B=2"],
      ports: [{ internal: 80, external: expect.any(Number), ip: "127.0.0.1", protocol: "tcp" }],
      networkDatas: expect.arrayContaining([
        expect.objectContaining({ networkName: networks[0], ipAddress: front?.IPAddress }),
      ]),
      healthcheck: { interval: "1s", timeout: "0s", retries: 3 },
    });
    expect(state["ports"][0].external).toBeGreaterThan(0);
  });

  test("Files are there before it starts, with their modes", async () => {
    const { id } = await created(inputs);
    const files = ["/etc/slipway/app.conf", "/run-me", "/secret"];
    expect(await inContainer(id, "stat", "-c", "%a %u %n", ...files)).toBe(
      "644 0 /etc/slipway/app.conf\n744 0 /run-me\n600 0 /secret\n",
    );
    expect(await inContainer(id, "cat", "/secret")).toBe("hunter2");
  });

  test("Nothing has changed when it is looked at again, but how its capabilities are spelt", async () => {
    const container = await created(inputs);
    const found = await plugin.read(CONTAINER, container.state, container.inputs);
    const diff = (state: Properties, old: Properties) =>
      plugin.diff(CONTAINER, state, old, container.inputs);
    expect((await diff(container.state, container.inputs)).changes).toEqual({});
    // So a program has to write CAP_CHOWN, or its next refresh leads to a replacement.
    expect((await diff(found?.state ?? {}, found?.inputs ?? {})).changes).toEqual({
      "capabilities.adds[0]": "update-replace",
    });
  });
});

describe("a container that says little", () => {
  test("What it takes over from its image is in the state, and is no change", async () => {
    const container = await created({ name, labels, image: withDefaults, networkMode: "none" });
    expect(container.state).toMatchObject({
      entrypoints: ["/bin/sh", "-c"],
      command: ["sleep 1000"],
      user: "1000:1000",
      workingDir: "/tmp",
      stopSignal: "SIGINT",
      healthcheck: { tests: ["CMD", "true"], interval: "1m0s" },
      envs: [],
    });
    const found = await plugin.read(CONTAINER, container.state, container.inputs);
    expect(found?.inputs).toEqual(container.inputs);
    for (const state of [container.state, found?.state ?? {}]) {
      const diff = await plugin.diff(CONTAINER, state, container.inputs, container.inputs);
      expect(diff.changes).toEqual({});
    }
  });

  test("A preview of it knows what is given only", async () => {
    const inputs = await plugin.checked(CONTAINER, { ...minimal, ports: [{ internal: 80 }] });
    const { id, state } = await plugin.create(CONTAINER, inputs, { preview: true });
    expect(id).toBe("");
    expect(state).toMatchObject({
      image,
      hostname: UNKNOWN,
      networkDatas: UNKNOWN,
      ports: [{ internal: 80, external: UNKNOWN, ip: "0.0.0.0", protocol: "tcp" }],
    });
    await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("An image that is given by a part of its id is known by all of it", async () => {
    const { Id } = await docker.getImage(image).inspect();
    expect((await created({ ...minimal, image: Id.slice(0, 30) })).state["image"]).toBe(Id);
  });
});

describe("an update in place", () => {
  test("Limits and the restart policy reach the running container", async () => {
    const { id, state, inputs } = await created({ ...minimal, memory: 64, memorySwap: 128 });
    const news = { ...inputs, memory: 96, memorySwap: 192, restart: "always" };
    const updated = await plugin.update(CONTAINER, state, inputs, news);
    const { HostConfig, State } = await docker.getContainer(id).inspect();
    expect(HostConfig).toMatchObject({
      Memory: 96 * 1024 * 1024,
      RestartPolicy: { Name: "always" },
    });
    expect(State.Running).toBe(true);
    expect(updated).toMatchObject({ memory: 96, restart: "always" });
  });

  test("A health check is only remembered, as upstream does it", async () => {
    const { id, state, inputs } = await created(minimal);
    const healthcheck = { tests: ["CMD", "true"], interval: "1s" };
    const updated = await plugin.update(CONTAINER, state, inputs, { ...inputs, healthcheck });
    expect(updated["healthcheck"]).toMatchObject(healthcheck);
    expect((await docker.getContainer(id).inspect()).Config.Healthcheck).toBeUndefined();
  });

  test("What the engine refuses is an error, and the new values are in the state all the same", async () => {
    const { state, inputs } = await created({ ...minimal, memory: 64, memorySwap: 128 });
    const failure = await failureOf(
      plugin.update(CONTAINER, state, inputs, { ...inputs, memory: 1, memorySwap: 2 }),
    );
    expect(failure.message).toContain(
      "Unable to update a container: Error response from daemon: Minimum memory limit allowed is 6MB",
    );
    expect(failure.partial?.properties).toMatchObject({ memory: 1 });
  });
});

describe("a container that has stopped", () => {
  test("It is found not running, and the next update starts it", async () => {
    const { id, state, inputs } = await created(minimal);
    // Before that, it does not hear that it is told to end.
    const log = async () => String(await docker.getContainer(id).logs({ stdout: true }));
    await until(async () => (await log()).includes("ready"), "the container listens to signals");
    await docker.getContainer(id).stop({ t: 10 });
    const found = await plugin.read(CONTAINER, state, inputs);
    expect(found?.state).toMatchObject({ mustRun: false, exitCode: 0 });
    expect(found?.inputs["mustRun"]).toBe(false);
    const diff = await plugin.diff(CONTAINER, found?.state ?? {}, found?.inputs ?? {}, inputs);
    expect(diff.changes).toEqual({ mustRun: "update" });
    await plugin.update(CONTAINER, found?.state ?? {}, found?.inputs ?? {}, inputs);
    expect((await docker.getContainer(id).inspect()).State.Running).toBe(true);
  });

  test("With ports it is replaced instead, because its ports are gone too", async () => {
    const { id, state, inputs } = await created({
      ...minimal,
      ...published,
      ports: [{ internal: 80 }],
    });
    await docker.getContainer(id).stop({ t: 10 });
    const found = await plugin.read(CONTAINER, state, inputs);
    const diff = await plugin.diff(CONTAINER, found?.state ?? {}, found?.inputs ?? {}, inputs);
    expect(diff.changes).toEqual({ mustRun: "update", ports: "add-replace" });
  });

  test("One that need not run is left alone", async () => {
    const { id, state, inputs } = await created({ ...minimal, mustRun: false });
    await docker.getContainer(id).stop({ t: 10 });
    const found = await plugin.read(CONTAINER, state, inputs);
    expect(found?.state).toMatchObject({ mustRun: false, exitCode: 0 });
    const diff = await plugin.diff(CONTAINER, found?.state ?? {}, found?.inputs ?? {}, inputs);
    expect(diff.changed).toBe(false);
  });
});

describe("a creation that fails", () => {
  test.each([
    [
      "its image cannot be had",
      { image: "127.0.0.1:1/nowhere:1" },
      "Unable to create container with image 127.0.0.1:1/nowhere:1: unable to pull image",
    ],
    [
      "the engine refuses it",
      { memory: 1 },
      "Unable to create container: Error response from daemon: Minimum memory limit allowed is 6MB",
    ],
    ["a word of its command is empty", { command: [""] }, "values for command may not be empty"],
    [
      "its CPUs are no number",
      { cpus: "many" },
      "Error setting cpus: failed to parse many as a rational number",
    ],
  ])("It leaves nothing if %s", async (_, news, message) => {
    const failure = await failureOf(created({ ...minimal, ...news }));
    expect(failure.message).toContain(message);
    expect(failure.partial).toBeUndefined();
    await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test.each([
    [
      "its network does not exist",
      { ...published, networksAdvanced: [{ name: "nowhere" }] },
      "network nowhere not found",
    ],
    [
      "its program does not exist",
      { entrypoints: ["/nowhere"] },
      "Unable to start container: Error response from daemon: failed to create shim",
    ],
    [
      "an upload is empty",
      { uploads: [{ file: "/a" }] },
      "error with upload content: one of 'content', 'content_base64', or 'source' must be set",
    ],
    [
      "it has no health to wait for",
      { wait: true },
      "you have supplied a 'wait' argument, but the container does not have a healthcheck defined.",
    ],
    [
      "it does not become healthy in time",
      { wait: true, waitTimeout: 2, healthcheck: { tests: ["CMD", "false"], interval: "1s" } },
      "container failed to be in healthy state",
    ],
  ])("It leaves an unfinished container, and says so, if %s", async (_, news, message) => {
    const failure = await failureOf(created({ ...minimal, ...news }));
    expect(failure.message).toContain(message);
    const { Id } = await docker.getContainer(name).inspect();
    expect(failure.partial).toMatchObject({ id: Id, properties: { mustRun: true, name } });
  });

  describe("because its port is taken", () => {
    const server = createServer();
    let external: number;

    beforeAll(async () => {
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      external = (server.address() as { port: number }).port;
    });

    afterAll(() => server.close());

    async function failed(news: Properties) {
      const ports = [{ internal: 80, external, ip: "127.0.0.1" }, { internal: 81 }];
      const { entrypoints: _, command: __, ...little } = minimal;
      const inputs = await plugin.checked(CONTAINER, { ...little, ...published, ...news, ports });
      const { partial } = await failureOf(plugin.create(CONTAINER, inputs));
      return { inputs, state: partial?.properties ?? {} };
    }

    test("The next update replaces it, because nothing was read of it", async () => {
      const { inputs, state } = await failed({ image: withDefaults });
      expect(state["ports"]).toMatchObject([{ external }, { external: 0 }]);
      const diff = await plugin.diff(CONTAINER, state, inputs, inputs);
      expect(diff.changes).toEqual({
        command: "add-replace",
        entrypoints: "add-replace",
        networkDatas: "add",
      });
    });

    test("With entrypoint and command of its own it is updated in place, and not started", async () => {
      const { entrypoints, command } = minimal;
      const { inputs, state } = await failed({ entrypoints, command });
      const diff = await plugin.diff(CONTAINER, state, inputs, inputs);
      expect(diff.changes).toEqual({ networkDatas: "add" });
      await plugin.update(CONTAINER, state, inputs, inputs);
      expect((await docker.getContainer(name).inspect()).State.Status).toBe("created");
    });
  });
});

describe("a deletion", () => {
  const slow = [
    "-c",
    "trap 'sleep 1; echo finished >> /data/log; exit 0' TERM QUIT; while :; do sleep 0.1; done",
  ];
  const volumes = [{ volumeName: `${run}-data`, containerPath: "/data" }];

  async function logAfterDeletion(news: Properties): Promise<string> {
    const { id, state } = await created({ ...minimal, command: slow, user: "0", volumes, ...news });
    await inContainer(id, "rm", "-f", "/data/log");
    await plugin.delete(CONTAINER, state);
    const { id: reader } = await created({ ...minimal, user: "0", volumes });
    return inContainer(reader, "sh", "-c", "cat /data/log 2>/dev/null || echo nothing");
  }

  test("With a grace it waits for the container to finish", async () => {
    expect(await logAfterDeletion({ destroyGraceSeconds: 10 })).toBe("finished\n");
  });

  test("Without one it kills the container at once", async () => {
    expect(await logAfterDeletion({})).toBe("nothing\n");
  });

  test("Anonymous volumes go with it", async () => {
    const { id, state } = await created({ ...minimal, volumes: [{ containerPath: "/anonymous" }] });
    const [mount] = (await docker.getContainer(id).inspect()).Mounts;
    await plugin.delete(CONTAINER, state);
    await expect(docker.getVolume(mount?.Name ?? "").inspect()).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  test("One that goes when it ends is waited for", async () => {
    const { state } = await created({ ...minimal, rm: true, destroyGraceSeconds: 10 });
    await plugin.delete(CONTAINER, state);
    await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("Gone, it is not found, and there is nothing to delete", async () => {
    const { state, inputs } = await created(minimal);
    await plugin.delete(CONTAINER, state);
    expect(await plugin.read(CONTAINER, state, inputs)).toBeUndefined();
    await plugin.delete(CONTAINER, state);
  });
});
