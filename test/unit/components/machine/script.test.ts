import { execFileSync, spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { commandStep } from "../../../../components/machine/command-step.ts";
import type { Script } from "../../../../components/machine/machine.ts";
import { scriptText } from "../../../../components/machine/script.ts";
import { quote } from "../../../../components/quote.ts";
import { deploy } from "../../../../stacks/index.ts";
import { type Recorded, record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";
import { BUILT, exampleSettings, PULLED, SECRETS } from "../../stacks/example.ts";

/** Runs a script as a machine does. */
async function runPart(script: Script, part: "apply" | "update" | "remove"): Promise<string> {
  const input = await resolved(scriptText(script));
  return execFileSync("sh", ["-s", part], { input, encoding: "utf8", stdio: "pipe" });
}

describe("any text, given to a real shell", () => {
  // A shell's variable can hold every character but NUL.
  const text = fc.string({ unit: "binary", maxLength: 40 }).map((any) => any.replaceAll("\0", ""));
  const nasty = fc.stringMatching(/^['"\\$`\n !*#~]{0,12}$/);
  const texts = fc.array(fc.oneof(text, nasty), { minLength: 1, maxLength: 40 });

  test("is itself again once it is quoted", () => {
    fc.assert(
      fc.property(texts, (all) => {
        const input = `printf '%s\\0' ${all.map(quote).join(" ")}`;
        const printed = execFileSync("sh", ["-s"], { input, encoding: "utf8" });
        expect(printed.split("\0").slice(0, -1)).toEqual(all);
      }),
      { numRuns: 40 },
    );
  });

  test("is itself again as the value of a script", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const names = all.map((_, index) => `VALUE_${index}`);
        const script = {
          values: Object.fromEntries(names.map((name, index) => [name, all[index] ?? ""])),
          apply: names.map((name) => `printf '%s\\0' "$${name}"`).join("\n"),
        };
        expect((await runPart(script, "apply")).split("\0").slice(0, -1)).toEqual(all);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a script", () => {
  const parts = {
    values: {},
    functions: "tell() { echo $1; }",
    apply: "tell new",
    update: "tell changed",
    remove: "tell gone",
  };

  test.each([
    ["apply", "new\n"],
    ["update", "changed\n"],
    ["remove", "gone\n"],
  ] as const)("runs the part that is asked for: %s", async (part, printed) => {
    expect(await runPart(parts, part)).toBe(printed);
  });

  test("ends at the first command that fails", async () => {
    const script = { values: {}, apply: "echo one\nfalse\necho two" };
    await expect(runPart(script, "apply")).rejects.toMatchObject({ status: 1, stdout: "one\n" });
  });

  test("refuses a variable that nobody set", async () => {
    const script = { values: {}, apply: 'echo "$NOBODY_SET_IT"' };
    await expect(runPart(script, "apply")).rejects.toMatchObject({ stdout: "" });
  });

  test("gives its commands no input, so that none waits for it or reads the script", async () => {
    const script = { values: {}, apply: "readlink /proc/self/fd/0" };
    expect(await runPart(script, "apply")).toBe("/dev/null\n");
  });

  test("is secret when a value is", async () => {
    const values = { PASSWORD: pulumi.secret("a password") };
    expect(await pulumi.isSecret(scriptText({ values, apply: ":" }))).toBe(true);
  });
});

describe("the commands of a step", () => {
  /** A machine's shell has nothing of the environment here, and ssh has it read its words once more. */
  const ELSEWHERE = "env -i PATH=/usr/bin:/bin sh -c 'eval \"$*\"' sh sh";
  const script: Script = {
    values: {},
    apply: 'echo "by $WHO"',
    remove: 'printf %s "$PRINTED"',
  };

  async function runCommand(which: "create" | "delete", env: Record<string, string>) {
    return (await taken(script, which, env)).stdout;
  }

  async function taken(
    one: Script,
    which: "create" | "delete" = "create",
    env: Record<string, string> = {},
    otherwise?: string,
  ) {
    const [step] = await record(() => commandStep(ELSEWHERE, "step", one, {}, otherwise));
    const { [which]: text, stdin } = step?.inputs ?? {};
    return spawnSync("sh", ["-c", String(text)], {
      env: { ...process.env, ...env },
      input: String(stdin),
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
  }

  test("tell who runs it, without what a shell could take for its own", async () => {
    expect(await runCommand("create", { GITLAB_USER_LOGIN: "ada; $(id)" })).toBe("by adaid\n");
    expect(await runCommand("create", { GITLAB_USER_LOGIN: "$" })).toBe("by unknown\n");
  });

  const loud = "seq -f 'row %g of 40000 was moved' 40000 >&2";

  test("leave nothing behind of what a step said that ended well, however much it was", async () => {
    const { status, stdout, stderr } = await taken({ values: {}, apply: `${loud}\necho done` });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "done\n", stderr: "" });
  });

  test("show the end of what a step said that failed, and then what else there is to say", async () => {
    const failing = { values: {}, apply: `${loud}\nexit 3` };
    const { status, stderr } = await taken(failing, "create", {}, "echo otherwise $code >&2");
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /row 39999 of 40000 was moved\nrow 40000 of 40000 was moved\notherwise 3\n$/,
    );
    expect(stderr.length).toBeLessThan(66_000);
  });

  test("take a script that has the line which is to end it", async () => {
    const values = { TEXT: "one\nEND_OF_SCRIPT\necho two" };
    const { stdout } = await taken({ values, apply: `printf %s "$TEXT"` });
    expect(stdout).toBe(values.TEXT);
  });

  test.each(["", "app_1", "two words", "'\"$(id)\n* \\ `".repeat(20)])(
    "tell the part that removes it what it had printed: %j",
    async (printed) => {
      expect(await runCommand("delete", { PULUMI_COMMAND_STDOUT: printed })).toBe(printed);
    },
  );
});

describe("the scripts of all components", () => {
  let steps: { name: string; step: Recorded; text: string }[];
  beforeAll(async () => {
    const built = await record(() => deploy(exampleSettings(), BUILT));
    const settings = exampleSettings({ app: { secretsAs: "env" } });
    const pulled = await record(() => deploy(settings, PULLED));
    steps = [...built, ...pulled]
      .filter(({ type }) => type === "command:local:Command")
      .map((step) => ({ name: step.name, step, text: String(step.inputs["stdin"]) }));
  });

  test("are in the POSIX shell's language", () => {
    for (const { name, text } of steps) {
      expect(() => execFileSync("sh", ["-n"], { input: text, stdio: "pipe" }), name).not.toThrow();
    }
  });

  test("have every part that their commands ask for, and no other", () => {
    for (const { name, step, text } of steps) {
      const commands = ["create", "update", "delete"].flatMap((key) => step.inputs[key] ?? []);
      const parts = ["apply", "update", "remove"].filter((part) => text.includes(`\n${part}() {`));
      expect(commands, name).toEqual(parts.map((part) => `sh -s ${part} ${name}`));
    }
  });

  test("have secrets in the values of variables only", () => {
    for (const { name, text } of steps) {
      const rest = text.replaceAll(/^[A-Z_]+='(?:[^']|'\\'')*'$/gm, "");
      for (const secret of Object.values(SECRETS)) {
        expect(rest, name).not.toContain(secret);
        expect(rest, name).not.toContain(secret.replaceAll("'", "'\\''"));
        expect(rest, name).not.toContain(encodeURIComponent(secret));
      }
    }
  });

  test("are not given what they had printed, which may be more than a variable holds, but a login its name", () => {
    const given = steps.filter(({ step }) => step.inputs["addPreviousOutputInEnv"] !== false);
    const reading = steps.filter(({ text }) =>
      /^remove\(\) \{[^}]*PRINTED/m.test(text.replaceAll("${", "$")),
    );
    expect(given).toEqual(reading);
    expect(given.map(({ name }) => name)).toContain("database-login");
    expect(given.map(({ name }) => name)).not.toContain("migrate");
  });

  test("print nothing into the log of the deployment", () => {
    expect(steps.filter(({ step }) => step.inputs["logging"] !== "none")).toEqual([]);
  });
});
