import { appendFileSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { ReleaseRecord } from "../components/release-record.ts";
import { ageOf } from "./commits.ts";
import type { FreeOptions } from "./locks/free.ts";
import { QuickerError } from "./locks/quicker-error.ts";
import { openForChange } from "./open-for-change.ts";
import { duration, say } from "./progress.ts";
import { secondsSince } from "./result.ts";
import { up } from "./up.ts";
import { UserError } from "./user-error.ts";
import { openStack } from "./workspace.ts";

export interface Deployment {
  readonly stack: string;
  /** @default - what config or the stack's own record says */
  readonly image: string | undefined;
  readonly version: string | undefined;
  /** Commit that the image was made of. */
  readonly commit: string | undefined;
  /** Where the image stands among those of the app; undefined where nobody said. */
  readonly sequence: number | undefined;
  /** What becomes of an image that is older than one that was released. */
  readonly ifOlder: "skip" | "refuse" | "deploy";
  /** File that the next jobs of a pipeline read. */
  readonly dotenv: string | undefined;
  readonly lock: FreeOptions;
  /** Names of data that is lost, and is to begin empty. */
  readonly acceptedLosses?: readonly string[];
}

/** What a deployment came to. */
export interface Deployed {
  readonly stack: string;
  readonly url: string;
  /** That is live now. */
  readonly version: string;
  readonly image: string;
  /** Resources that were changed. */
  readonly changes: number;
  /** Whether nothing was done, because the image is older than one that was released. */
  readonly skipped: boolean;
  readonly seconds: number;
}

/** How often somebody else may be quicker, of those who wait. */
const ATTEMPTS = 3;

/**
 * Brings a stack up with an image, unless that is older than one that it had.
 *
 * @throws UserError where an older one is to be refused.
 */
export async function deploy(deployment: Deployment): Promise<Deployed> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTo(deployment);
    } catch (error) {
      const waits = deployment.lock.waitSeconds !== undefined && attempt < ATTEMPTS;
      if (!waits || !(error instanceof QuickerError)) throw error;
      // What is newest may be another one by then.
      say(`  Somebody was quicker at ${deployment.stack}: waiting for them.`);
    }
  }
}

async function attemptTo(deployment: Deployment): Promise<Deployed> {
  const began = Date.now();
  const { stack: name, image, version, commit, sequence, ifOlder } = deployment;
  const { stack, look } = await openForChange(name, deployment.lock);
  const releases = await releasesOf(stack);
  const live = releases[0];
  const age = ageOf(deployment, releases);
  if (live !== undefined && age.age === "older" && ifOlder !== "deploy") {
    const what = commit?.slice(0, 12) ?? `${version ?? image}`;
    const why = whyOlder(what, name, age.than, live);
    if (ifOlder === "refuse") {
      throw new UserError(
        `${why} Nothing was released: ${live.version} is live. To release ${what} anyway, type ` +
          "the same command with --force.",
        1,
      );
    }
    const url = String((await stack.outputs())["url"]?.value ?? "");
    leave(deployment.dotenv, began, url, live, { SLIPWAY_SKIPPED: "true" });
    say(`✓ Skipped: ${why} To deploy an older image, roll back, or use --force.`);
    const { version: liveVersion, image: liveImage } = live;
    return {
      ...{ stack: name, url, version: liveVersion, image: liveImage },
      ...{ changes: 0, skipped: true, seconds: secondsSince(began) },
    };
  }
  if (live !== undefined && commit !== undefined && age.age === "unknown") {
    say(
      `  Whether ${commit.slice(0, 12)} is older than ${live.version} can't be known: it is neither in the ` +
        "history of this clone nor in the record.",
    );
  }
  say(`▸ Deploying ${version ?? image ?? "the current config"} to ${name} ...`);
  const { changes, outputs } = await up(
    await openStack(name, {
      ...(image === undefined ? {} : { SLIPWAY_IMAGE: image }),
      ...(version === undefined ? {} : { SLIPWAY_VERSION: version }),
      ...(sequence === undefined ? {} : { SLIPWAY_SEQUENCE: String(sequence) }),
    }),
    look,
    deployment.acceptedLosses,
  );
  const said = (key: string) => String(outputs[key]?.value ?? "");
  leave(deployment.dotenv, began, said("url"), { version: said("version"), image: said("image") });
  say(
    changes === 0
      ? `✓ Nothing to change: ${said("url")} answers with ${said("version")}: ${duration(began)}`
      : `✓ ${said("url")} answers with ${said("version")}: ${duration(began)}`,
  );
  return {
    ...{ stack: name, url: said("url"), version: said("version"), image: said("image") },
    ...{ changes, skipped: false, seconds: secondsSince(began) },
  };
}

/** A newer one that is not live was taken back, or something older was put there on purpose. */
function whyOlder(what: string, stack: string, than: ReleaseRecord, live: ReleaseRecord): string {
  if (than === live) return `${live.version} on ${stack} is newer than ${what}.`;
  return `${stack} had ${than.version} on ${than.time}, and ${what} is not newer.`;
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
    SLIPWAY_SECONDS: String(secondsSince(began)),
    ...more,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(file, text.join(""));
}
