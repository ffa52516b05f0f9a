import type { Scalar } from "../simulated/schema.ts";

const RFC_1035 = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** The official plugin makes names up from the resource's as it is written, capitals and all. */
export const NAME = {
  type: "string",
  forceNew: true,
  autoNamed: { maxLength: 255 },
  pattern: RFC_1035,
} as const satisfies Scalar;

/** Of some resources it writes them in small letters. */
export const LOWER_CASE_NAME = {
  ...NAME,
  autoNamed: { maxLength: 63, lowerCase: true },
} as const satisfies Scalar;
