import * as pulumi from "@pulumi/pulumi";
import type { ReleaseRecord } from "../components/release-record.ts";

/** The verified releases that the stack's last run left in its outputs, newest first. */
export async function lastReleases(
  project: string,
  stack: string,
): Promise<readonly ReleaseRecord[]> {
  const self = new pulumi.StackReference("last-run", {
    name: `${pulumi.getOrganization()}/${project}/${stack}`,
  });
  const { value } = await self.getOutputDetails("releases");
  return value ?? [];
}
