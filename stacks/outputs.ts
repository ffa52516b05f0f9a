import type * as pulumi from "@pulumi/pulumi";
import type { ReleaseRecord } from "../components/release-record.ts";
import type { Review } from "../components/review.ts";

export interface DnsRecord {
  readonly name: string;
  readonly type: pulumi.Input<"A" | "CNAME">;
  readonly value: pulumi.Output<string>;
}

/** What a stack says of itself when it is up. */
export interface StackOutputs {
  readonly url: pulumi.Output<string>;
  /** The DNS records that have to be there, whoever makes them; none without a domain. */
  readonly dns: readonly DnsRecord[];
  /** Name of the version that was seen to answer. */
  readonly version: pulumi.Output<string>;
  /** The image that was deployed. */
  readonly image: string;
  /** The image that was seen to answer from outside. */
  readonly verifiedImage: pulumi.Output<string>;
  /** Releases that were seen to answer, newest first. */
  readonly releases: pulumi.Output<readonly ReleaseRecord[]>;
  /** What a review stack says of itself. Every other one has no such output. */
  readonly review?: Review;
}
