import { setTimeout as delay } from "node:timers/promises";
import { ApiError, isNotFound, NoSuchKind } from "../api-error.ts";
import { type Manifest, textAt, valueAt } from "../manifest.ts";
import type { Objects } from "../objects.ts";
import { NotReady } from "./not-ready.ts";

const EVERY_MS = 300;

interface Surroundings {
  readonly limit: AbortSignal;
  readonly cancelled: AbortSignal;
  readonly status: (message: string) => void;
}

/** Resolves when the object is not there any more, or another one is in its place. */
export async function untilGone(
  object: Manifest,
  objects: Objects,
  { limit, cancelled, status }: Surroundings,
): Promise<void> {
  const uid = textAt(object, "metadata", "uid");
  const stop = AbortSignal.any([limit, cancelled]);
  status("Resource scheduled for deletion");
  for (;;) {
    const isLast = limit.aborted || cancelled.aborted;
    const live = await lookedUp(object, objects);
    if (live === undefined || textAt(live, "metadata", "uid") !== uid) {
      status("");
      return;
    }
    if (isLast) {
      throw new NotReady("timed out waiting for the condition", live, finalizers(live));
    }
    await delay(EVERY_MS, undefined, { signal: stop }).catch(() => {});
  }
}

async function lookedUp(object: Manifest, objects: Objects): Promise<Manifest | undefined> {
  try {
    return await objects.get(object);
  } catch (error) {
    if (isNotFound(error) || error instanceof NoSuchKind) {
      return undefined;
    }
    if (error instanceof ApiError) {
      throw error;
    }
    // The connection broke: it may be there or not.
    return object;
  }
}

function finalizers(live: Manifest): string[] {
  const names = valueAt(live, "metadata", "finalizers");
  return Array.isArray(names)
    ? [`finalizers might be preventing deletion (${names.join(", ")})`]
    : [];
}
