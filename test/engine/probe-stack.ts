import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { ROOT } from "../../ops/project.ts";
import { chosenTools, cliFolder, toolEnvironment } from "../../ops/tools.ts";

export interface ProbeStack {
  readonly stack: Stack;
  /** Removes its folder, state included. What it has made stays. */
  remove(): void;
}

/** A stack `dev` of a small program, in a folder and with a state of its own. */
export async function probeStack(
  program: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProbeStack> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-probe-"));
  mkdirSync(join(folder, "state"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "main": "index.ts" }');
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "probe", runtime }));
  writeFileSync(join(folder, "index.ts"), program);
  const stack = await LocalWorkspace.createStack(
    { stackName: "dev", workDir: folder },
    {
      pulumiCommand: await PulumiCommand.get({ root: cliFolder(chosenTools().pulumi) }),
      envVars: {
        ...toolEnvironment(chosenTools()),
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "probe",
        ...environment,
      },
    },
  );
  return { stack, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
