import type { Items } from "../simulated/schema.ts";

export const TAGS = { type: "set", of: "string" } as const satisfies Items;
