import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../ops/project.ts";
import { chosenTools, cliFolder, PULUMI_VERSION } from "../../../ops/tools.ts";
import { writeNodeCommand } from "../../node-command.ts";

const require = createRequire(import.meta.url);
const HOST = join(ROOT, "offline", "language-host", "main.ts");
const STACK = "organization/probe/dev";

const scratch = mkdtempSync(join(tmpdir(), "slipway-language-host-"));
const bin = join(scratch, "bin");
const program = join(scratch, "program");

beforeAll(async () => {
  // The engine prefers the language host that lies beside it, so a copy of it takes ours.
  mkdirSync(bin);
  copyFileSync(join(cliFolder(chosenTools().pulumi), "bin", "pulumi"), join(bin, "pulumi"));
  chmodSync(join(bin, "pulumi"), 0o755);
  writeNodeCommand(join(bin, "pulumi-language-nodejs"), HOST);

  mkdirSync(join(scratch, "state"));
  mkdirSync(program);
  symlinkSync(join(ROOT, "node_modules"), join(program, "node_modules"));
  writeFileSync(join(program, "package.json"), '{ "type": "module", "main": "index.ts" }');
  writeFileSync(
    join(program, "Pulumi.yaml"),
    "name: probe\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  await pulumi("stack", "init", STACK);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("It tells the engine the version of the SDK that runs programs", async () => {
  const host = spawn(process.execPath, [HOST, "127.0.0.1:1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await firstLine(host.stdout);
    const { LanguageRuntimeClient } = require("@pulumi/pulumi/proto/language_grpc_pb.js");
    const client = new LanguageRuntimeClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    const info = await new Promise<{ getVersion(): string }>((done, fail) => {
      client.getPluginInfo(new empty.Empty(), (error: Error | null, value: never) =>
        error ? fail(error) : done(value),
      );
    });
    client.close();
    expect(info.getVersion()).toBe(PULUMI_VERSION);
  } finally {
    host.kill();
  }
});

test("A program that throws makes the preview fail and shows the message with its place", async () => {
  write('function launch() { throw new Error("the boiler is cold"); }\nlaunch();');
  const { code, output } = await pulumi("preview");
  expect(output).toContain("the boiler is cold");
  expect(output).toContain("at launch");
  expect(code).not.toBe(0);
});

test("A program that exits with a code of its own makes the preview fail", async () => {
  write("process.exit(7);");
  const { code, output } = await pulumi("preview");
  expect(output).toContain("code 7");
  expect(code).not.toBe(0);
});

test("A RunError is shown once, as its message alone", async () => {
  write('throw new pulumi.RunError("httpPort is 99999");');
  const { code, output } = await pulumi("preview");
  // Without a terminal the engine shows progress first, and then what was said about each resource.
  const said = /Diagnostics:\n(.*)Resources:/s.exec(output)?.[1] ?? "";
  const lines = said.split("\n").map((line) => line.trim());
  expect(lines.filter(Boolean)).toEqual([
    "pulumi:pulumi:Stack (probe-dev):",
    "error: httpPort is 99999",
  ]);
  expect(code).not.toBe(0);
});

test("A secret of the config arrives as one, stays one in the outputs, and a plain value is none", async () => {
  await pulumi("config", "set", "--secret", "token", "hunter2");
  await pulumi("config", "set", "plain", "bicycle");
  write(`
    const config = new pulumi.Config();
    const { isConfigSecret } = pulumi.runtime;
    export const token = config.requireSecret("token");
    export const plain = config.require("plain");
    export const knownAsSecret = ["token", "plain"].map((key) => isConfigSecret("probe:" + key));
  `);
  const { code, output } = await pulumi("up", "--yes");
  expect(code, output).toBe(0);
  expect(output).not.toContain("hunter2");
  expect(await outputs()).toEqual({
    token: "[secret]",
    plain: "bicycle",
    knownAsSecret: [true, false],
  });
  expect(await outputs("--show-secrets")).toMatchObject({ token: "hunter2" });
});

test("A program reads the last outputs of its own stack", async () => {
  write(`
    const itself = new pulumi.StackReference("${STACK}");
    export const runs = itself.getOutput("runs").apply((runs = 0) => runs + 1);
  `);
  await pulumi("up", "--yes");
  expect(await outputs()).toEqual({ runs: 1 });
  await pulumi("up", "--yes");
  expect(await outputs()).toEqual({ runs: 2 });
});

function write(source: string): void {
  writeFileSync(
    join(program, "index.ts"),
    `import * as pulumi from "@pulumi/pulumi";\n${source}\n`,
  );
}

async function outputs(...options: string[]): Promise<unknown> {
  return JSON.parse((await pulumi("stack", "output", "--json", ...options)).output);
}

function pulumi(...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env["PATH"]}`,
    PULUMI_HOME: join(scratch, "home"),
    PULUMI_BACKEND_URL: `file://${join(scratch, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "for this test alone",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
  };
  return new Promise((done) => {
    const all = [...args, "--non-interactive"];
    execFile(join(bin, "pulumi"), all, { cwd: program, env }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((done) => {
    createInterface(stream).once("line", done);
  });
}
