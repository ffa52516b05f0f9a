import { appendFileSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { ReleaseRecord } from "../components/release-record.ts";
import { ageOf } from "./commits.ts";
import type { FreeOptions } from "./locks/free.ts";
import { openForChange } from "./open-for-change.ts";
import { duration, say } from "./progress.ts";
import { up } from "./up.ts";
import { openStack } from "./workspace.ts";

export interface Deployment {
  readonly stack: string;
  /** @default - what config or the stack's own record says */
  readonly image: string | undefined;
  readonly version: string | undefined;
  /** Commit that the image was made of. */
  readonly commit: string | undefined;
  /** Whether it may be older than what is live. */
  readonly force: boolean;
  /** File that the next jobs of a pipeline read. */
  readonly dotenv: string | undefined;
  readonly lock: FreeOptions;
}

/** Brings a stack up with an image, unless that is older than what is live. */
export async function deploy(deployment: Deployment): Promise<void> {
  const began = Date.now();
  const { stack: name, image, version, commit } = deployment;
  const stack = await openForChange(name, deployment.lock);
  const releases = await releasesOf(stack);
  const live = releases[0];
  const age = commit === undefined ? "unknown" : ageOf(commit, releases);
  if (live !== undefined && age === "older" && !deployment.force) {
    say(
      `✓ Skipped: ${live.version} on ${name} is newer than ${commit?.slice(0, 12)}. ` +
        "To put an older image there, roll back, or use --force.",
    );
    const url = String((await stack.outputs())["url"]?.value ?? "");
    leave(deployment.dotenv, began, url, live, { SLIPWAY_SKIPPED: "true" });
    return;
  }
  if (live !== undefined && commit !== undefined && age === "unknown") {
    say(
      `  Whether ${commit.slice(0, 12)} is older than ${live.version} can't be known: it is neither in the ` +
        "history of this clone nor in the record.",
    );
  }
  say(`▸ Deploying ${version ?? image ?? "what config says"} to ${name} ...`);
  const { changes, outputs } = await up(
    await openStack(name, {
      ...(image === undefined ? {} : { SLIPWAY_IMAGE: image }),
      ...(version === undefined ? {} : { SLIPWAY_VERSION: version }),
    }),
  );
  const said = (key: string) => String(outputs[key]?.value ?? "");
  leave(deployment.dotenv, began, said("url"), { version: said("version"), image: said("image") });
  say(
    changes === 0
      ? `✓ Nothing to change: ${said("url")} answers with ${said("version")}: ${duration(began)}`
      : `✓ ${said("url")} answers with ${said("version")}: ${duration(began)}`,
  );
}

/** The verified releases that a stack's state has, newest first: its machine is not asked. */
export async function releasesOf(stack: Stack): Promise<readonly ReleaseRecord[]> {
  const releases: ReleaseRecord[] = (await stack.outputs())["releases"]?.value ?? [];
  return releases.filter(({ verified }) => verified);
}

function leave(
  file: string | undefined,
  began: number,
  url: string,
  { version, image }: Pick<ReleaseRecord, "version" | "image">,
  more: Readonly<Record<string, string>> = {},
): void {
  if (file === undefined) return;
  const lines = {
    SLIPWAY_URL: url,
    SLIPWAY_VERSION: version,
    SLIPWAY_IMAGE: image,
    SLIPWAY_SECONDS: String(Math.round((Date.now() - began) / 1000)),
    ...more,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(file, text.join(""));
}
