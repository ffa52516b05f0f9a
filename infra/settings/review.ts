import { BRANCH } from "../patterns.ts";
import { isSet, type Table } from "./setting.ts";
import { flag, hostName, optional } from "./value-types.ts";

const STACK_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const OF_A_BRANCH = [isSet("reviewBranch")];

/** Stacks for branches. */
export const review = {
  reviewDomain: {
    type: hostName("a host name"),
    description:
      "Domain below which each review stack of this model (`./slipway review`) gets a host name. A wildcard record has to point here. Empty allows no review stacks.",
    example: "review.example.org",
    review: "drop",
  },
  reviewAppSecrets: {
    type: flag,
    default: "false",
    description: "Whether review stacks get this stack's `appSecrets`. Otherwise they get none.",
    example: "true",
    review: "drop",
  },
  reviewBranch: {
    type: optional(BRANCH.pattern, BRANCH.words),
    description: "Written by `./slipway review` - the branch of a review stack.",
    example: "fix/login",
    review: "own",
  },
  reviewLike: {
    type: optional(STACK_NAME, "the name of a stack"),
    description: "Written by `./slipway review` - the model of a review stack.",
    example: "previews",
    input: "STACK",
    required: OF_A_BRANCH,
    review: "own",
  },
  reviewUntil: {
    type: optional(TIME, "a time like 2030-01-31T12:00:00Z"),
    description: "Written by `./slipway review` - the time at which the review stack expires.",
    example: "2030-01-31T12:00:00Z",
    input: "TIME",
    required: OF_A_BRANCH,
    review: "own",
  },
} as const satisfies Table;
