import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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
    const place = { address: "server.example", port: 22, user: "root" };
    const keys = { key: undefined, hostKey: undefined, files: exampleSettings().sshFiles };
    const machine = new SshMachine("machine", { ...place, ...keys, readySeconds: 10 });
    const script = { values: {}, apply: "on_host true" };
    const opts = { parent: machine };
    machine.run("there", { ...script, apply: ":" }, opts);
    machine.runHere("here", script, opts);
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
