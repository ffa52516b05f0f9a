import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import type { PreviewStep } from "../ops/preview/step.ts";
import { say } from "../ops/progress.ts";
import { PROJECT, ROOT, stackFile } from "../ops/project.ts";
import { dummyOf, generatedSecrets, isEncryptedValue } from "../ops/settings/secrets.ts";
import { readStackFile } from "../ops/stack-file.ts";
import { type ToolChoice, toolEnvironment } from "../ops/tools.ts";
import { UserError } from "../ops/user-error.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { defineVerb } from "../ops/verbs/verb.ts";
import { alone } from "./lock.ts";
import { previewTree } from "./preview-tree.ts";
import { lastLines, type Result, run } from "./run.ts";
import { ensurePulumiOnly } from "./tools.ts";

const PREFIX = `${PROJECT}:`;
const fullKey = (key: string) => `${PREFIX}${key}`;

interface Example {
  readonly stack: string;
  /** Settings that are other than in the stack's file. */
  readonly settings: Readonly<Record<string, string>>;
}

const command = newCommand(
  "preview-example",
  "Show the resources that a stack would create, without credentials and without a state: " +
    "`npm run preview:example -- dev`.",
)
  .argument("<stack>", "Name of a stack that has a file: Pulumi.STACK.yaml.")
  .argument("[settings...]", "KEY=VALUE: settings in the place of those in the file.");

export const previewExample = defineVerb(command, {
  group: "Development",
  needsPulumi: false,
  check: (_, stack, settings) => void readExample(stack, settings),
  run: async (_, stack, settings) => await previewOf(readExample(stack, settings)),
});

/**
 * Previews a stack as its file in the clone has it, in an empty state that is thrown away. Nobody's
 * credentials are needed or used; what is encrypted is neither read nor kept.
 */
async function previewOf(example: Example): Promise<number> {
  const choice = await alone("npm run preview:example", ensurePulumiOnly);
  const folder = mkdtempSync(join(tmpdir(), "slipway-preview-"));
  try {
    return await previewIn(folder, example, pulumiIn(folder, choice));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readExample(stack: string, assignments: readonly string[]): Example {
  if (!existsSync(stackFile(stack))) {
    throw new UserError(`There is no ${basename(stackFile(stack))}.`);
  }
  readStackFile(stack);
  const settings = assignments.map((assignment): [string, string] => {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
    if (key === undefined || value === undefined) {
      throw new UserError(`"${assignment}" is no KEY=VALUE.`);
    }
    return [key, value];
  });
  return { stack, settings: Object.fromEntries(settings) };
}

type Pulumi = (cwd: string, ...args: string[]) => Promise<Result>;

/** What an engine may know of where it runs: how to reach downloads, and no account anywhere. */
const INHERITED = [
  ...["PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
];

function pulumiIn(folder: string, choice: ToolChoice): Pulumi {
  const env = {
    ...toolEnvironment(choice),
    // Command-line tools of clouds leave credentials below the user's own.
    HOME: folder,
    // What the engine starts keeps files of its own there, npm a cache of what Node compiles.
    TMPDIR: folder,
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "dummy",
    DIGITALOCEAN_TOKEN: "dummy",
    GOOGLE_OAUTH_ACCESS_TOKEN: "dummy",
  };
  const command = join(ROOT, "node_modules", ".bin", "pulumi");
  return (cwd, ...args) =>
    run(command, [...args, "--non-interactive"], { cwd, env, inherit: INHERITED });
}

async function previewIn(folder: string, example: Example, pulumi: Pulumi): Promise<number> {
  const { stack } = example;
  const file = join(folder, basename(stackFile(stack)));
  const { settings, secrets } = withoutSecrets(example);
  mkdirSync(join(folder, "state"));
  copyFileSync(join(ROOT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  writeFileSync(file, stringify({ config: settings }));
  // There and not in the clone: both write to the stack's file.
  const dummies = secrets.flatMap((key) => [
    "--secret",
    `${key}=${dummyOf(key.slice(PREFIX.length))}`,
  ]);
  for (const args of [
    ["stack", "init", stack],
    ["config", "set-all", "-s", stack, ...dummies],
  ]) {
    const result = await pulumi(folder, ...args);
    if (result.code !== 0) return failed(result);
  }
  const preview = ["preview", "--json", "-s", stack, "--config-file", file];
  return show(await pulumi(ROOT, ...preview));
}

/** The values of the stack's file that are in the clear, and the keys of those that are not. */
function withoutSecrets({ stack, settings }: Example) {
  const { config = {} } = readStackFile(stack);
  const given = Object.entries({
    ...config,
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [fullKey(key), value])),
  });
  const encrypted = given.filter(([, value]) => isEncryptedValue(value)).map(([key]) => key);
  return {
    settings: Object.fromEntries(given.filter(([, value]) => !isEncryptedValue(value))),
    secrets: [...new Set([...generatedSecrets().map(fullKey), ...encrypted])],
  };
}

interface Preview {
  readonly steps: readonly PreviewStep[];
  readonly diagnostics?: readonly { readonly message: string }[];
}

function show(result: Result): number {
  const preview = readPreview(result.stdout);
  if (preview === undefined) return failed(result);
  for (const { message } of preview.diagnostics ?? []) say(message.trimEnd());
  if (result.code === 0) process.stdout.write(previewTree(preview.steps));
  return result.code;
}

function readPreview(text: string): Preview | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // It ended before there was one; its own words say why.
  }
}

function failed(result: Result): number {
  say(lastLines(result));
  return result.code;
}
