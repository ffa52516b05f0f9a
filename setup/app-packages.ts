import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { step } from "../ops/progress.ts";
import { ROOT } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";
import { lastLines, run } from "./run.ts";

const APP = join(ROOT, "app");
const INSTALLED = join(APP, "node_modules", ".slipway-lockfile");

/** Installs the packages of the sample app, which only its tests need outside of its image. */
export async function ensureAppPackages(): Promise<void> {
  const key = createHash("sha256")
    .update(readFileSync(join(APP, "package-lock.json")))
    .digest("hex");
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === key) return;
  await step("Installing the npm packages of the sample app", async () => {
    const result = await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: APP,
    });
    if (result.code !== 0) {
      throw new UserError(`\`npm ci\` in app/ failed:\n${lastLines(result)}`, 1);
    }
    writeFileSync(INSTALLED, key);
  });
}
