import type * as pulumi from "@pulumi/pulumi";

/** What a stack says of itself when it is up. */
export interface Live {
  readonly url: pulumi.Output<string>;
  /** Name of the version that was seen to answer. */
  readonly version: pulumi.Output<string>;
  /** The image that was deployed. */
  readonly image: string;
  /** The image that was seen to answer from outside. */
  readonly verifiedImage: pulumi.Output<string>;
}
