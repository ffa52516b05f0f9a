import type { Scalar } from "../simulated/schema.ts";

/** What most things have; it may be made up. */
export const NAME = { type: "string", autoNamed: { maxLength: 255 } } as const satisfies Scalar;
