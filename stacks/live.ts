import type * as pulumi from "@pulumi/pulumi";
import type { ReleaseRecord } from "../components/release.ts";

/** What a stack says of itself when it is up. */
export interface Live {
  readonly url: pulumi.Output<string>;
  /** Name of the version that was seen to answer. */
  readonly version: pulumi.Output<string>;
  /** The image that was deployed. */
  readonly image: string;
  /** The image that was seen to answer from outside. */
  readonly verifiedImage: pulumi.Output<string>;
  /** Releases that were seen to answer, newest first. */
  readonly releases: pulumi.Output<readonly ReleaseRecord[]>;
}
