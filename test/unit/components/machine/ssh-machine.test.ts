import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SshMachine } from "../../../../components/machine/ssh-machine.ts";
import { run } from "../../../../setup/run.ts";
import { named, type Recorded, record } from "../../recorder.ts";
import { exampleSettings } from "../../stacks/example.ts";

const LOST = "The connection to the machine was lost, or could not be made.";

const folder = mkdtempSync(join(tmpdir(), "slipway-ssh-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let stack: Recorded[];
beforeAll(async () => {
  stack = await record(() => {
    const owner = { project: "slipway", stack: "shop" };
    const place = { owner, address: "server.example", port: 22, user: "root" };
    const keys = { key: undefined, hostKey: undefined, files: exampleSettings().sshFiles };
    const machine = new SshMachine("machine", { ...place, ...keys, readySeconds: 10 });
    const script = { values: {}, apply: "on_host true" };
    const opts = { parent: machine };
    machine.run("there", { ...script, apply: ":" }, opts);
    machine.runLocal("here", script, opts);
  });
});

test.each(["there", "here"])(
  "a step that is taken %s says so when ssh loses its connection, and keeps to itself otherwise",
  async (name) => {
    expect(await take(name, 255)).toEqual({ code: 255, stderr: expect.stringContaining(LOST) });
    expect(await take(name, 7)).toEqual({ code: 7, stderr: "" });
    expect(await take(name, 0)).toEqual({ code: 0, stderr: "" });
  },
);

test("what reaches the machine is removed with the step that everything waits for, and so last", async () => {
  const { inputs } = named(stack, "machine-ready");
  const keys = join(folder, "keys");
  mkdirSync(keys);
  const input = String(inputs["stdin"]).replace("FILES='ssh'", `FILES='${keys}'`);
  const { code, stderr } = await run("sh", ["-c", String(inputs["delete"])], { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(existsSync(keys)).toBe(false);
});

describe("A stack whose address changes", () => {
  const BEFORE = "28.5.2 at old.example port 22";
  const NOW = "server.example port 22";

  test("is refused on a server that has nothing of it, before anything is done there", async () => {
    const { code, stderr, done } = await moved(BEFORE, "");
    expect(code).toBe(1);
    expect(stderr).toContain(`leads to ${NOW}, and stack "shop" is on old.example port 22.`);
    expect(stderr).toContain("  pulumi config set sshHost HOST -s shop\n");
    expect(stderr).toContain('"Move a stack" in docs/runbook.md');
    expect(stderr).toContain("  ./slipway destroy -s shop --data\n");
    expect(done).not.toContain("cloud-init");
  });

  test("goes on where its things are", async () => {
    const { code, stdout, done } = await moved(BEFORE, "a1b2c3");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `29.0 at ${NOW}\n` });
    const filters = "--filter label=slipway.project=slipway --filter label=slipway.stack=shop";
    expect(done).toContain(`sh ${filters}`);
    expect(done).toContain("cloud-init");
  });

  test("is asked for them once after a version that did not note its address", async () => {
    expect(await moved("28.5.2", "a1b2c3")).toMatchObject({ code: 0 });
    const { code, stderr } = await moved("28.5.2", "");
    expect(code).toBe(1);
    expect(stderr).toContain('stack "shop" is on another server');
  });

  test("is not asked when something else changes", async () => {
    expect(await moved(`28.5.2 at ${NOW}`, "")).toMatchObject({ code: 0 });
  });

  /** An update of the step, on a server with these things; what was done there, as ssh was told of it. */
  async function moved(before: string, things: string) {
    const log = join(folder, "done");
    const ssh = `#!/bin/sh
for word; do :; done
printf '%s\n' "$word" | tr -d "'" >>'${log}'
case $word in
  *'network ls'*) printf %s '${things}' ;;
  *cloud-init*) echo 29.0 ;;
esac
`;
    writeFileSync(join(folder, "ssh"), ssh, { mode: 0o755 });
    writeFileSync(log, "");
    const { inputs } = named(stack, "machine-ready");
    const ended = await run("sh", ["-c", String(inputs["update"])], {
      input: String(inputs["stdin"]),
      env: { PATH: [folder, process.env["PATH"]].join(delimiter), PULUMI_COMMAND_STDOUT: before },
    });
    return { ...ended, done: readFileSync(log, "utf8") };
  }
});

/** A step, with an ssh that ends as it is told. */
async function take(name: string, ends: number) {
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\ncat >/dev/null\nexit ${ends}\n`, { mode: 0o755 });
  const { inputs } = named(stack, name);
  const { code, stderr } = await run("sh", ["-c", String(inputs["create"])], {
    input: String(inputs["stdin"]),
    env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
  });
  return { code, stderr };
}
