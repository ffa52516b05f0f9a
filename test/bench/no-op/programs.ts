import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { step } from "../../../ops/progress.ts";
import { ROOT } from "../../../ops/project.ts";
import { chosenTools, toolEnvironment } from "../../../ops/tools.ts";
import { lastLines, run } from "../../../setup/run.ts";
import { Clone } from "../../e2e/clone.ts";
import type { Leftovers } from "../leftovers.ts";
import { PulumiProject, withoutCompileCache } from "../pulumi-project.ts";
import type { Program } from "./measure.ts";

const TS_NODE = "ts-node@10.9.2";

/** Slipway's program with the stack of a clone that has just been deployed. */
export async function slipwayProgram(leftovers: Leftovers): Promise<Program> {
  const clone = await Clone.make();
  leftovers.add(() => clone.remove());
  const { code, output } = await clone.slipway(["start"]);
  if (code !== 0) throw new Error(output);
  return {
    name: "Slipway",
    folder: clone.folder,
    stack: clone.stack,
    environment: {
      ...toolEnvironment(chosenTools()),
      PULUMI_BACKEND_URL: `file://${join(clone.folder, ".slipway", "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(clone.folder, ".slipway", "passphrase"),
    },
  };
}

/** The same by somebody who types `pulumi`, without a command of Slipway's before it. */
export function byPulumiAlone(program: Program): Program {
  return {
    ...program,
    name: `${program.name}, by \`pulumi\` alone`,
    environment: withoutCompileCache(program.environment),
  };
}

const EMPTY = {
  module: 'import * as pulumi from "@pulumi/pulumi";\n',
  commonjs: 'const pulumi = require("@pulumi/pulumi");\n',
};

/** A program that makes nothing, with the SDK as its only package. */
export async function emptyProgram(
  type: keyof typeof EMPTY,
  leftovers: Leftovers,
): Promise<Program> {
  const kind = { packages: ["@pulumi/pulumi"], type };
  const project = await PulumiProject.make("empty", EMPTY[type], kind);
  leftovers.add(() => project.remove());
  await project.up();
  const { folder, stack, environment } = project;
  const name = `an empty program, ${type === "module" ? "ESM" : "CommonJS"}`;
  return { name, folder, stack, environment };
}

const ONE_OF_EACH = `
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
new docker.Network("network");
new command.local.Command("step", { create: "true" });
`;

/** The least that a program costs which has the plugins of Slipway: a resource of each. */
export async function pluginsProgram(leftovers: Leftovers): Promise<Program> {
  const packages = ["@pulumi/pulumi", "@pulumi/docker", "@pulumi/command"];
  const kind = { packages, type: "module" } as const;
  const project = await PulumiProject.make("one-of-each", ONE_OF_EACH, kind);
  leftovers.add(() => project.remove());
  await project.up();
  const { folder, stack, environment } = project;
  return { name: "a resource of each plugin", folder, stack, environment };
}

/** The same program and stack, compiled and type-checked by ts-node as Pulumi does by default. */
export async function underDefaultRuntime(
  program: Program,
  leftovers: Leftovers,
): Promise<Program> {
  const packages = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  const folder = join(packages, "program");
  leftovers.add(() => rmSync(packages, { recursive: true }));
  await installTsNode(packages);
  cpSync(program.folder, folder, { recursive: true, verbatimSymlinks: true });
  const project = join(folder, "Pulumi.yaml");
  const text = readFileSync(project, "utf8");
  if (!text.includes("typescript: false")) throw new Error("Pulumi.yaml has another runtime.");
  writeFileSync(project, text.replace("typescript: false", "typescript: true"));
  return {
    ...program,
    name: "Slipway under the default TypeScript runtime",
    folder,
    environment: {
      ...program.environment,
      // The SDK looks for ts-node where it is itself, and then where this says.
      NODE_PATH: join(packages, "node_modules"),
      // What a language host makes of `typescript: true`; the stand-in does not look at it.
      PULUMI_NODEJS_TYPESCRIPT: "true",
    },
  };
}

async function installTsNode(folder: string): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const others = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);
  await step(`Installing ${TS_NODE} in a temporary folder`, async () => {
    const options = ["--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"];
    const result = await run("npm", ["install", ...options, TS_NODE, ...others]);
    if (result.code !== 0) throw new Error(`npm could not install it:\n${lastLines(result)}`);
  });
}
