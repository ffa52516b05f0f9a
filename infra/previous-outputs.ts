import * as pulumi from "@pulumi/pulumi";
import type { ReleaseRecord } from "../components/release-record.ts";
import type { PreviousPlacement } from "./placement.ts";

/** What the stack's last run left in its outputs. */
export interface PreviousOutputs extends PreviousPlacement {
  /** The verified releases, newest first. */
  readonly releases: readonly ReleaseRecord[];
}

export async function readPreviousOutputs(
  project: string,
  stack: string,
): Promise<PreviousOutputs> {
  const self = new pulumi.StackReference("last-run", {
    name: `${pulumi.getOrganization()}/${project}/${stack}`,
  });
  const [target, place, releases] = await Promise.all([
    self.getOutputDetails("target"),
    self.getOutputDetails("place"),
    self.getOutputDetails("releases"),
  ]);
  return { target: target.value, place: place.value, releases: releases.value ?? [] };
}
