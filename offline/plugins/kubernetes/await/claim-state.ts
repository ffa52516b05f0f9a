import { type Manifest, textAt } from "../manifest.ts";
import type { Progress } from "./progress.ts";

export interface ClaimSight {
  readonly claim: Manifest;
  /** Nothing if the claim names no class that exists. */
  readonly storageClass: Manifest | undefined;
}

/** A claim is ready when it is bound, unless its class binds it only to the first pod that uses it. */
export function claimState({ claim, storageClass }: ClaimSight): Progress {
  const phase = textAt(claim, "status", "phase");
  const waitsForPod =
    storageClass !== undefined &&
    textAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer";
  return {
    isReady: phase === "Bound" || (waitsForPod && phase === "Pending"),
    live: claim,
    status:
      storageClass === undefined && phase !== "Bound"
        ? `no storage class found for "${textAt(claim, "metadata", "name")}"`
        : `Waiting for the claim to be bound (${phase || "no phase yet"})`,
    problems: [],
  };
}
