import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import dockerPackage from "@pulumi/docker/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labels, removeAll, run } from "./docker-things.ts";
import { failureOf, Plugin, secret } from "./plugin.ts";

const NETWORK = "docker:index/network:Network";
let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("docker");
});

afterAll(async () => {
  await plugin.stop();
  await removeAll();
});

test("Its version is that of the SDK", async () => {
  expect(await plugin.version()).toBe(dockerPackage.version);
});

test("A type that it does not have is an error", async () => {
  const { message } = await failureOf(plugin.check("docker:index/service:Service", {}));
  expect(message).toContain("unrecognized resource type (Check): docker:index/service:Service");
});

test("It leaves secrets to the engine, which marks the outputs that inputs make secret", async () => {
  expect(await plugin.configure()).toMatchObject({ acceptsecrets: false, supportspreview: true });
});

describe("configuration", () => {
  test("A key that the provider does not have is refused by name", async () => {
    expect((await plugin.checkConfig({ hots: "unix:///x" })).failures).toEqual([
      "could not validate provider configuration: Invalid or unknown key. " +
        "Examine values at 'mine.hots'.",
    ]);
  });

  test("Logins to registries become a secret with their passwords", async () => {
    const registryAuth = JSON.stringify([{ address: "r.example", password: secret("hunter2") }]);
    const { inputs } = await plugin.checkConfig({ registryAuth });
    expect(inputs["registryAuth"]).toEqual(
      secret(JSON.stringify([{ address: "r.example", password: "hunter2" }])),
    );
  });

  test("Another host is a change that replaces nothing", async () => {
    const diff = await plugin.diffConfig({ host: "unix:///a" }, { host: "unix:///b" });
    expect(diff).toEqual({ diffs: ["host"], replaces: [] });
  });

  test.each([
    [
      "unix:///nowhere.sock",
      "Cannot connect to the Docker daemon at unix:///nowhere.sock. Is the docker daemon running?",
    ],
    [
      "tcp://127.0.0.1:1",
      "Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?",
    ],
  ])("That there is no engine at %s is told by the first operation", async (host, reason) => {
    const other = await Plugin.startForThisTest("docker");
    await other.configure({ host });
    const { message } = await failureOf(other.create(NETWORK, { name: run }));
    expect(message).toBe(
      "1 error occurred:\n\t* failed to create Docker client: Error pinging Docker server, please " +
        `make sure that ${host} is reachable and has a  '_ping' endpoint. Error: ${reason}\n\n`,
    );
  });
});

describe("an engine over SSH", () => {
  const scratch = mkdtempSync(join(tmpdir(), `${run}-`));
  const ssh = join(scratch, "ssh");
  const log = join(scratch, "log");

  afterAll(() => rmSync(scratch, { recursive: true }));

  /** Instead of a server: an `ssh` that runs the command right here. */
  async function through(script: string): Promise<Plugin> {
    writeFileSync(ssh, `#!/bin/sh\necho "$@" >> ${log}\nfor command; do :; done\n${script}\n`);
    chmodSync(ssh, 0o755);
    const PATH = [scratch, process.env["PATH"]].join(delimiter);
    const other = await Plugin.startForThisTest("docker", { PATH });
    const sshOpts = JSON.stringify(["-o", "StrictHostKeyChecking=accept-new"]);
    await other.configure({ host: "ssh://deploy@server.example:2222", sshOpts });
    return other;
  }

  test("It is reached with the user's ssh and options, and one connection serves many requests", async () => {
    const other = await through('exec sh -c "$command"');
    const inputs = await other.checked(NETWORK, { name: `${run}-ssh`, labels });
    const { state } = await other.create(NETWORK, inputs);
    expect(await other.read(NETWORK, state, inputs)).toMatchObject({ state: { driver: "bridge" } });
    await other.delete(NETWORK, state);
    expect(readFileSync(log, "utf8").trim().split("\n")).toEqual([
      "-l deploy -p 2222 -o StrictHostKeyChecking=accept-new -o ConnectTimeout=30 -T -- " +
        "server.example docker system dial-stdio",
    ]);
  });

  test("Why ssh failed is in the error", async () => {
    const other = await through("echo 'Permission denied (publickey).' >&2; exit 255");
    const { message } = await failureOf(other.create(NETWORK, { name: run }));
    expect(message).toContain("has exited with exit status 255, make sure the URL is valid");
    expect(message).toContain("stderr=Permission denied (publickey).");
  });
});
