import type { Change } from "../../../../ops/preview/changes.ts";

/** What a preview means to do with a thing that is called `it`, in a part of that name. */
export const changeOf = (type: string, more: Partial<Change> = {}): Change => ({
  ...{ urn: "it", name: "it", type, component: "it", action: "update", gap: false },
  ...{ old: {}, now: {}, wasProtected: false, isProtected: false },
  ...{ retained: false, isRetained: false, isProvider: false, parentStays: true },
  ...{ keys: [], drifted: false },
  ...more,
});
