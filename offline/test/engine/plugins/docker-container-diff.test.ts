// What the official plugin 5.2.0 answered when it was asked the same, row by row.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Plugin, type Properties, UNKNOWN } from "./plugin.ts";

const CONTAINER = "docker:index/container:Container";
const ID = "4f".repeat(32);

let plugin: Plugin;
let inputs: Properties;

/** A container after its creation, with what the engine and its image added. */
let state: Properties;

beforeAll(async () => {
  plugin = await Plugin.start("docker");
  inputs = await plugin.checked(CONTAINER, {
    name: "web",
    image: "app:1",
    envs: ["A=1", "B=2"],
    labels: [
      { label: "a", value: "1" },
      { label: "b", value: "2" },
    ],
    networksAdvanced: [{ name: "front", aliases: ["web", "api"] }, { name: "back" }],
    ports: [
      { internal: 80, external: 8080, ip: "127.0.0.1" },
      { internal: 81, external: 8081 },
    ],
    volumes: [{ volumeName: "data", containerPath: "/data" }],
    uploads: [{ file: "/etc/app.conf", content: "a" }],
    securityOpts: ["no-new-privileges:true"],
    capabilities: { adds: ["CAP_CHOWN"], drops: ["ALL"] },
    logOpts: { "max-size": "1m" },
    tmpfs: { "/run": "" },
    memory: 64,
    memorySwap: 128,
    restart: "unless-stopped",
    healthcheck: { tests: ["CMD", "true"], interval: "1m0s" },
  });
  const { state: planned } = await plugin.create(CONTAINER, inputs, { preview: true });
  state = {
    ...planned,
    id: ID,
    command: ["serve", "--fast"],
    entrypoints: [],
    hostname: "4f4f4f4f4f4f",
    user: "app",
    workingDir: "/srv",
    stopSignal: "SIGTERM",
    stopTimeout: 0,
    init: false,
    shmSize: 64,
    logDriver: "json-file",
    bridge: "",
    networkDatas: [],
    cpuShares: 0,
    maxRetryCount: 0,
    exitCode: null,
  };
});

afterAll(() => plugin.stop());

const without = (name: string) => (old: Properties) => {
  const { [name]: _, ...others } = old;
  return others;
};
const set = (news: Properties) => (old: Properties) => ({ ...old, ...news });
const reversed = (name: string) => (old: Properties) => ({
  ...old,
  [name]: [...old[name]].reverse(),
});

type Row = [string, (inputs: Properties) => Properties, Record<string, string>];

async function changesOf(change: Row[1]) {
  return plugin.diff(CONTAINER, state, inputs, change(inputs));
}

describe("no change", () => {
  test.each<[string, Row[1]]>([
    ["The same inputs", set({})],
    ["Variables in another order", reversed("envs")],
    ["Labels in another order", reversed("labels")],
    ["Networks in another order", reversed("networksAdvanced")],
    ["Ports in another order, written out in full", reversed("ports")],
    ["No variables any more, because the engine may have them of the image", without("envs")],
    ["No labels any more, for the same reason", without("labels")],
    ["No security options any more, for the same reason", without("securityOpts")],
    ["No health check any more, for the same reason", without("healthcheck")],
    ["What the image says, said again", set({ user: "app", command: ["serve", "--fast"] })],
    ["No user", set({ user: "" })],
    ["Zero where nothing was", set({ destroyGraceSeconds: 0, cpuShares: 0, stopTimeout: 0 })],
    ["Variables that are unknown as a whole, which upstream overlooks", set({ envs: UNKNOWN })],
  ])("%s is none", async (_, change) => {
    expect(await changesOf(change)).toMatchObject({ changed: false, changes: {} });
  });
});

describe("a change in place", () => {
  test.each<Row>([
    ["a restart policy", set({ restart: "always" }), { restart: "update" }],
    ["no restart policy", set({ restart: "no" }), { restart: "update" }],
    ["memory", set({ memory: 128 }), { memory: "update" }],
    ["no memory limit", without("memory"), { memory: "delete" }],
    ["memory that is unknown", set({ memory: UNKNOWN }), { memory: "update" }],
    ["CPU shares", set({ cpuShares: 512 }), { cpuShares: "update" }],
    ["the grace of its deletion", set({ destroyGraceSeconds: 9 }), { destroyGraceSeconds: "add" }],
    ["mustRun", set({ mustRun: false }), { mustRun: "update" }],
    ["start", set({ start: false }), { start: "update" }],
    ["wait", set({ wait: true }), { wait: "update" }],
    ["init", set({ init: true }), { init: "update" }],
    ["rm", set({ rm: true }), { rm: "update" }],
    ["tmpfs", set({ tmpfs: { "/run": "ro" } }), { 'tmpfs["/run"]': "update" }],
    ["no tmpfs", without("tmpfs"), { 'tmpfs["/run"]': "delete" }],
    // Upstream remembers a health check without giving it to the container.
    [
      "a health check",
      (old) => ({ ...old, healthcheck: { ...old["healthcheck"], tests: ["CMD", "false"] } }),
      { "healthcheck.tests[1]": "update" },
    ],
    // Durations are compared as texts, and the engine's way to write this one is 1m0s.
    [
      "the same interval in other words",
      (old) => ({ ...old, healthcheck: { ...old["healthcheck"], interval: "60s" } }),
      { "healthcheck.interval": "update" },
    ],
  ])("It is one of %s", async (_, change, changes) => {
    const diff = await changesOf(change);
    expect(diff).toEqual({ changed: true, changes, replaces: [], deleteBeforeReplace: false });
  });
});

describe("a replacement, the old container going first", () => {
  const port = { internal: 80, ip: "0.0.0.0", protocol: "tcp" };

  test.each<Row>([
    ["the image", set({ image: "app:2" }), { image: "update-replace" }],
    ["an unknown image", set({ image: UNKNOWN }), { image: "update-replace" }],
    ["the name", set({ name: "web-2" }), { name: "update-replace" }],
    ["a variable", set({ envs: ["A=1", "B=3"] }), { "envs[1]": "update-replace" }],
    ["a variable more", set({ envs: ["A=1", "B=2", "C=3"] }), { "envs[2]": "add-replace" }],
    ["an unknown variable", set({ envs: ["A=1", UNKNOWN] }), { envs: "update-replace" }],
    [
      "a label",
      set({
        labels: [
          { label: "b", value: "2" },
          { label: "a", value: "9" },
        ],
      }),
      { "labels[0]": "delete-replace", "labels[1]": "add-replace" },
    ],
    [
      "an alias",
      set({ networksAdvanced: [{ name: "front", aliases: ["web"] }, { name: "back" }] }),
      { networksAdvanced: "update-replace" },
    ],
    [
      "a port",
      (old) => set({ ports: [{ ...old["ports"][0], external: 9 }, old["ports"][1]] })(old),
      { "ports[0].external": "update-replace" },
    ],
    [
      "a port less",
      (old) => set({ ports: [old["ports"][0]] })(old),
      { "ports[1]": "delete-replace" },
    ],
    [
      "a port more",
      (old) => set({ ports: [...old["ports"], port] })(old),
      { "ports[2]": "add-replace" },
    ],
    ["no ports", without("ports"), { ports: "delete-replace" }],
    [
      "an upload",
      set({ uploads: [{ file: "/etc/app.conf", content: "b" }] }),
      { uploads: "update-replace" },
    ],
    [
      "a volume's mode",
      set({ volumes: [{ volumeName: "data", containerPath: "/data", readOnly: true }] }),
      { volumes: "update-replace" },
    ],
    [
      "a volume of a name that is unknown, beside its folder, which is not",
      set({ volumes: [{ volumeName: UNKNOWN, containerPath: "/data" }] }),
      { volumes: "update-replace" },
    ],
    ["the command", set({ command: ["serve"] }), { "command[1]": "delete-replace" }],
    [
      "a word before the command",
      set({ command: ["-v", "serve", "--fast"] }),
      { "command[0]": "add-replace" },
    ],
    ["an entrypoint", set({ entrypoints: ["/bin/sh"] }), { entrypoints: "add-replace" }],
    ["the user", set({ user: "0" }), { user: "update-replace" }],
    ["the hostname", set({ hostname: "web" }), { hostname: "update-replace" }],
    ["CPUs", set({ cpus: "1" }), { cpus: "add-replace" }],
    ["the root being read-only", set({ readOnly: true }), { readOnly: "update-replace" }],
    ["no capabilities", without("capabilities"), { capabilities: "delete-replace" }],
    [
      "a capability less",
      set({ capabilities: { drops: ["ALL"] } }),
      { "capabilities.adds": "delete-replace" },
    ],
    [
      "a log option",
      set({ logOpts: { "max-size": "2m" } }),
      { 'logOpts["max-size"]': "update-replace" },
    ],
    ["the log driver", set({ logDriver: "none" }), { logDriver: "update-replace" }],
    ["the network mode", set({ networkMode: "host" }), { networkMode: "update-replace" }],
    ["the signal to stop", set({ stopSignal: "SIGINT" }), { stopSignal: "update-replace" }],
  ])("It is one of %s", async (_, change, changes) => {
    const diff = await changesOf(change);
    expect({ ...diff, replaces: [...new Set(diff.replaces)] }).toEqual({
      changed: true,
      changes,
      replaces: [...new Set(Object.keys(changes).map((path) => path.split(/[.[]/, 1)[0]))],
      deleteBeforeReplace: true,
    });
  });

  test("Even with a made-up name the old one goes first", async () => {
    const news = { ...inputs, image: "app:2", __defaults: [...inputs["__defaults"], "name"] };
    const diff = await plugin.diff(CONTAINER, state, inputs, news);
    expect(diff.deleteBeforeReplace).toBe(true);
  });

  test("Ignored changes replace nothing", async () => {
    const diff = await plugin.diff(CONTAINER, state, inputs, { ...inputs, image: "app:2" }, [
      "image",
    ]);
    expect(diff.changed).toBe(false);
  });
});
