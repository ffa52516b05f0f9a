import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { step } from "../../../ops/progress.ts";
import { lastLines, run } from "../../../setup/run.ts";

const MODULE = "github.com/cert-manager/cert-manager";

declare module "vitest" {
  interface ProvidedContext {
    certManager: CertManagerPrograms;
  }
}

/** What there is of cert-manager. */
export interface CertManagerPrograms {
  /** Has the programs `controllers` and `solver`. */
  readonly folder: string;
  /** Has the definitions of its kinds, as YAML. */
  readonly definitions: string;
}

/** Vitest calls this before the first file: a first build takes longer than any test may. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-cert-manager-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await step("Building cert-manager with Go (minutes, the first time)", async () => {
      const flags = ["-mod=readonly", "-trimpath", "-ldflags=-s -w"];
      await go("build", ...flags, "-o", `${folder}/`, "./controllers", "./solver");
    });
    const module = await go("list", "-mod=readonly", "-m", "-f", "{{.Dir}}", MODULE);
    project.provide("certManager", { folder, definitions: join(module.trim(), "deploy", "crds") });
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}

async function go(...args: string[]): Promise<string> {
  const options = { cwd: join(import.meta.dirname, "cert-manager"), env: { CGO_ENABLED: "0" } };
  const result = await run("go", args, options);
  if (result.code !== 0) throw new Error(`Go could not build cert-manager:\n${lastLines(result)}`);
  return result.stdout;
}
