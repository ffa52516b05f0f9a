import * as pulumi from "@pulumi/pulumi";
import type { ReleaseRecord } from "../components/release-record.ts";

/** What the stack's last run left in its outputs. */
export interface LastRun {
  /** Where it deployed to; undefined where nothing is up. */
  readonly target: string | undefined;
  /** The verified releases, newest first. */
  readonly releases: readonly ReleaseRecord[];
}

export async function readLastRun(project: string, stack: string): Promise<LastRun> {
  const self = new pulumi.StackReference("last-run", {
    name: `${pulumi.getOrganization()}/${project}/${stack}`,
  });
  const [target, releases] = await Promise.all([
    self.getOutputDetails("target"),
    self.getOutputDetails("releases"),
  ]);
  return { target: target.value, releases: releases.value ?? [] };
}
