import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import commandPackage from "@pulumi/command/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf, Plugin, secret, UNKNOWN } from "./plugin.ts";

const COMMAND = "command:local:Command";
const scratch = mkdtempSync(join(tmpdir(), "slipway-plugins-test-"));
let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("command");
  await plugin.configure();
});

afterAll(async () => {
  await plugin.stop();
  rmSync(scratch, { recursive: true });
});

describe("the plugin", () => {
  test("Its version is that of the SDK", async () => {
    expect(await plugin.version()).toBe(commandPackage.version);
  });

  test("A type that it does not have is an error", async () => {
    const { code, message } = await failureOf(plugin.check("command:remote:Command", {}));
    expect({ code, message }).toEqual({
      code: 5,
      message:
        "Resource 'remote:Command' not found: " +
        "the stand-in for the command plugin has command:local:Command only",
    });
  });

  test("It ends on SIGTERM", async () => {
    const other = await Plugin.startForThisTest("command");
    expect(await other.stop()).toBe("SIGTERM");
  });
});

describe("check", () => {
  test("A property that a command does not have is refused by name", async () => {
    const { failures } = await plugin.check(COMMAND, { creat: "true" });
    expect(failures).toEqual(["creat: Unrecognized field 'creat' on 'local.CommandInputs'"]);
  });

  test("An official property that is left out is refused too", async () => {
    const { failures } = await plugin.check(COMMAND, { assetPaths: ["*"] });
    expect(failures).toEqual([
      "assetPaths: The stand-in for the command plugin does not have 'assetPaths'",
    ]);
  });

  test("A value of the wrong type is refused, as deep as it is", async () => {
    const inputs = { create: 1, interpreter: ["sh", 2], environment: { A: true }, triggers: "x" };
    expect((await plugin.check(COMMAND, inputs)).failures).toEqual([
      "triggers: Field 'triggers' on 'local.CommandInputs' must be a '[]interface {}'; got 'string' instead",
      "create: Field 'create' on 'local.CommandInputs' must be a 'string'; got 'float64' instead",
      "interpreter[1]: Field 'interpreter[1]' on 'local.CommandInputs' must be a 'string'; got 'float64' instead",
      "environment[A] value: Field 'environment[A] value' on 'local.CommandInputs' must be a 'string'; got 'bool' instead",
    ]);
  });

  test("Secret and unknown values pass as they are", async () => {
    const inputs = { create: secret("true"), stdin: UNKNOWN, triggers: [UNKNOWN, 1] };
    expect(await plugin.checked(COMMAND, inputs)).toEqual(inputs);
  });
});

describe("diff", () => {
  const inputs = { create: "a", triggers: ["1", "2"], environment: { A: "1", "B-C": "2" } };
  const state = { ...inputs, stdout: "", stderr: "" };

  test.each([
    ["the same inputs", inputs, {}],
    ["another command", { ...inputs, create: "b" }, { create: "update" }],
    ["a command that is secret now", { ...inputs, create: secret("a") }, { create: "update" }],
    ["an unknown command", { ...inputs, create: UNKNOWN }, { create: "update" }],
    [
      "a variable added",
      { ...inputs, environment: { ...inputs.environment, Z: "" } },
      { "environment.Z": "add" },
    ],
    [
      "a variable removed",
      { ...inputs, environment: { A: "1" } },
      { 'environment["B-C"]': "delete" },
    ],
    // That these replace is said by the SDK, with `replaceOnChanges`.
    ["another trigger", { ...inputs, triggers: ["1", "3"] }, { "triggers[1]": "update" }],
    [
      "no triggers any more",
      { create: "a", environment: inputs.environment },
      { triggers: "delete-replace" },
    ],
  ])("Of %s it shows exactly what is different", async (_, news, changes) => {
    expect((await plugin.diff(COMMAND, state, inputs, news)).changes).toEqual(changes);
  });

  test("Ignored changes are none", async () => {
    const news = { ...inputs, create: "b" };
    expect((await plugin.diff(COMMAND, state, inputs, news, ["create"])).changed).toBe(false);
  });
});

describe("create", () => {
  test("It runs the command, with its input, and keeps what it wrote", async () => {
    const { state } = await plugin.create(COMMAND, {
      create: "cat; echo problem >&2",
      stdin: "one\ntwo\n",
    });
    expect(state).toMatchObject({ stdout: "one\ntwo", stderr: "problem" });
  });

  test("What it writes is shown line by line while it runs, as far as that is wanted", async () => {
    plugin.logs.length = 0;
    const create = "echo out; echo err >&2";
    await plugin.create(COMMAND, { create, logging: "stderr" });
    await plugin.create(COMMAND, { create, logging: "none" });
    await plugin.create(COMMAND, { create: "echo default" });
    expect(plugin.logs).toEqual(["err", "default"]);
  });

  test("It runs where and how it is told, with variables beside those of the plugin", async () => {
    const { state } = await plugin.create(COMMAND, {
      create: "process.stdout.write(process.cwd() + process.env.EXTRA + typeof process.env.PATH)",
      interpreter: [process.execPath, "--eval"],
      dir: scratch,
      environment: { EXTRA: " extra " },
    });
    expect(state["stdout"]).toBe(`${scratch} extra string`);
  });

  test("A secret input stays secret, and is no secret to the command", async () => {
    const { state } = await plugin.create(COMMAND, { create: "cat", stdin: secret("hunter2") });
    expect(state).toEqual({
      create: "cat",
      stdin: secret("hunter2"),
      stdout: "hunter2",
      stderr: "",
    });
  });

  test("A preview runs nothing and knows no outputs", async () => {
    const file = join(scratch, "preview");
    const { state } = await plugin.create(COMMAND, { create: `touch ${file}` }, { preview: true });
    expect(state).toEqual({ create: `touch ${file}`, stdout: UNKNOWN, stderr: UNKNOWN });
    expect(() => readFileSync(file)).toThrow("ENOENT");
  });

  test.each([
    [
      "fails",
      { create: 'echo "bad" >&2; exit 3' },
      'exit status 3: running "echo \\"bad\\" >&2; exit 3":\nbad\n',
    ],
    ["is killed", { create: "kill -TERM $$" }, 'signal: terminated: running "kill -TERM $$":\n'],
    [
      "has no folder",
      { create: "a", dir: "/nowhere" },
      'chdir /nowhere: no such file or directory: running "a":\n',
    ],
    [
      "has no program",
      { create: "a", interpreter: ["nosuch"] },
      'exec: "nosuch": executable file not found in $PATH: running "a":\n',
    ],
  ])(
    "The error of a command that %s shows its text and all that it wrote",
    async (_, inputs, message) => {
      const failure = await failureOf(plugin.create(COMMAND, inputs));
      expect(failure.message).toBe(message);
      expect(failure.partial).toBeUndefined();
    },
  );

  test("A command that does not end in time is killed", async () => {
    const create = plugin.create(COMMAND, { create: "exec sleep 60" }, { timeoutSeconds: 1 });
    expect((await failureOf(create)).message).toBe('signal: killed: running "exec sleep 60":\n');
  });
});

describe("update", () => {
  const state = { create: "echo first", stdout: "first", stderr: "" };
  const inputs = { create: "echo first" };

  test("It runs the command for updates, which is told the output of the last run", async () => {
    const news = { ...inputs, update: "echo after $PULUMI_COMMAND_STDOUT" };
    const updated = await plugin.update(COMMAND, state, inputs, news);
    expect(updated).toEqual({ ...news, stdout: "after first", stderr: "" });
  });

  test("Without one it runs the command for the creation again", async () => {
    const news = { create: "echo [$PULUMI_COMMAND_STDOUT]", addPreviousOutputInEnv: false };
    expect(await plugin.update(COMMAND, state, inputs, news)).toMatchObject({ stdout: "[]" });
  });

  test("A preview of it knows the outputs only if no input of the last run changes", async () => {
    const preview = (news: object) =>
      plugin.update(COMMAND, state, inputs, { ...inputs, ...news }, { preview: true });
    expect(await preview({ create: "echo second" })).toMatchObject({ stdout: UNKNOWN });
    expect(await preview({ stdin: UNKNOWN })).toMatchObject({ stdout: UNKNOWN });
    expect(await preview({ stdin: "new" })).toMatchObject({ stdout: "first" });
  });
});

describe("delete", () => {
  test("It runs the command for it, which is told the last output", async () => {
    const file = join(scratch, "deleted");
    await plugin.delete(COMMAND, {
      delete: `echo $PULUMI_COMMAND_STDOUT > ${file}; cat >> ${file}`,
      stdin: secret("input"),
      stdout: "output",
      stderr: "",
    });
    expect(readFileSync(file, "utf8")).toBe("output\ninput");
  });

  test("Its failure is an error, so that the resource stays", async () => {
    const failure = await failureOf(
      plugin.delete(COMMAND, { delete: "exit 2", stdout: "", stderr: "" }),
    );
    expect(failure.message).toBe('exit status 2: running "exit 2":\n');
  });
});

describe("cancel", () => {
  test("It kills what runs, and nothing is run after it", async () => {
    const other = await Plugin.startForThisTest("command");
    await other.configure();
    const running = failureOf(other.create(COMMAND, { create: "echo started; exec sleep 60" }));
    await expect.poll(() => other.logs).toEqual(["started"]);
    await other.cancel();
    expect((await running).message).toContain("signal: killed: running");
    const later = await failureOf(other.create(COMMAND, { create: "true" }));
    expect(later).toMatchObject({ code: 1, message: 'context canceled: running "true":\n' });
  });
});
