import { setTimeout as delay } from "node:timers/promises";
import { isAlreadyThere, isMissingNamespace, isNotFound, NoSuchKind } from "./api-error.ts";
import type { Cluster } from "./cluster.ts";
import { CREATOR } from "./managed-fields.ts";
import type { Manifest } from "./manifest.ts";

interface Surroundings {
  readonly preview: boolean;
  readonly cancelled: AbortSignal;
  readonly status: (message: string) => void;
}

const RETRY_AFTER_SECONDS = [1, 2, 4, 8, 16];

/**
 * Creates it. Its namespace or its kind may be about to come: a program need not say that one
 * object stands on another, so a missing one is waited for.
 */
export async function createObject(
  cluster: Cluster,
  inputs: Manifest,
  { preview, cancelled, status }: Surroundings,
): Promise<Manifest> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await cluster.objects.create(inputs, { preview, fieldManager: CREATOR });
    } catch (error) {
      const seconds = RETRY_AFTER_SECONDS[attempt];
      const mayCome = isNotFound(error) || error instanceof NoSuchKind;
      if (!mayCome || seconds === undefined || (preview && isMissingNamespace(error))) {
        throw isAlreadyThere(error) ? new AlreadyThere(error as Error) : error;
      }
      status(`Retry #${attempt}; creation failed: ${(error as Error).message}`);
      await delay(seconds * 1000, undefined, { signal: cancelled });
    }
  }
}

/** An object of this name exists, and not by this resource. */
export class AlreadyThere extends Error {
  constructor({ message }: Error) {
    super(
      `${message}\n\n` +
        "The resource already exists in the cluster. Give it another name, keep the identity of " +
        "a renamed resource by an alias, or take over the existing object with `pulumi import`.",
    );
  }
}
