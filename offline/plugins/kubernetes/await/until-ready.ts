import { setTimeout as delay } from "node:timers/promises";
import { isAsked, setting } from "../annotations.ts";
import { ApiError } from "../api-error.ts";
import type { Kind } from "../kinds.ts";
import { type Manifest, nameOf } from "../manifest.ts";
import type { Objects } from "../objects.ts";
import { type Awaited, awaitedOf } from "./awaited.ts";
import { NotReady } from "./not-ready.ts";
import type { Progress } from "./progress.ts";
import { waitedFor } from "./waited-for.ts";

const DEFAULT_SECONDS = 600;
const EVERY_MS = 300;

export interface Wait {
  readonly kind: Kind;
  readonly inputs: Manifest;
  readonly object: Manifest;
  readonly objects: Objects;
  readonly deadline: AbortSignal | undefined;
  readonly cancelled: AbortSignal;
  readonly status: (message: string) => void;
}

/** The object when it is ready. Of most kinds, an object is ready when it exists. */
export async function untilReady(wait: Wait): Promise<Manifest> {
  const { inputs, object, kind } = wait;
  if (isAsked(inputs, "skipAwait")) {
    wait.status("Skipping await logic");
    return object;
  }
  const waitFor = setting(inputs, "waitFor");
  const awaited = waitFor === "" ? awaitedOf(kind) : waitedFor(waitFor);
  return awaited === undefined ? object : look(awaited, wait);
}

/** How long to wait: as the resource's options say, or its annotation. */
export function limitOf(inputs: Manifest, deadline: AbortSignal | undefined): AbortSignal {
  const seconds = setting(inputs, "timeoutSeconds");
  return (
    deadline ??
    AbortSignal.timeout((/^\d+$/.test(seconds) ? Number(seconds) : DEFAULT_SECONDS) * 1000)
  );
}

async function look(awaited: Awaited, wait: Wait): Promise<Manifest> {
  const { limitSeconds } = awaited;
  const limit =
    limitSeconds === undefined
      ? limitOf(wait.inputs, wait.deadline)
      : AbortSignal.timeout(limitSeconds * 1000);
  const stop = AbortSignal.any([limit, wait.cancelled]);
  let seen: Progress = { isReady: false, live: wait.object, status: "", problems: [] };
  let shown = "";
  for (;;) {
    const isLast = limit.aborted || wait.cancelled.aborted;
    seen = await awaited
      .look(wait.object, wait.objects, isLast)
      .catch((error: unknown) => unseen(seen, error));
    if (seen.isReady) {
      // Nothing is waited for any more.
      wait.status("");
      return seen.live;
    }
    if (seen.hasFailed || isLast) {
      throw new NotReady(outcome(awaited, wait, seen), seen.live, seen.problems);
    }
    if (seen.status !== shown) {
      shown = seen.status;
      wait.status(shown);
    }
    await delay(EVERY_MS, undefined, { signal: stop }).catch(() => {});
  }
}

function outcome({ limitSeconds }: Awaited, wait: Wait, seen: Progress): string {
  const name = nameOf(wait.object);
  if (seen.hasFailed) {
    return `Resource '${name}' was created but failed to initialize`;
  }
  if (wait.cancelled.aborted) {
    return `Resource operation was cancelled for "${name}"`;
  }
  return limitSeconds === undefined
    ? `'${name}' timed out waiting to be Ready`
    : `Timeout occurred polling for '${name}'`;
}

/** A server that restarts, or an object that is gone, is waited for like everything else. */
function unseen(before: Progress, error: unknown): Progress {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ApiError && error.code === 403) {
    throw error;
  }
  return { ...before, isReady: false, status: message, problems: [message] };
}
