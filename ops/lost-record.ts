import type { ReleaseRecord } from "../components/release-record.ts";

/**
 * What a record of releases has lost that was there before, newest first: nothing where any of it is still there.
 * The release that was live then was recorded anew.
 */
export function lostFrom(
  record: readonly ReleaseRecord[],
  before: readonly ReleaseRecord[],
): readonly ReleaseRecord[] {
  const isThere = (one: ReleaseRecord) =>
    record.some(({ image, time }) => image === one.image && time === one.time);
  if (before.some(isThere)) return [];
  const oldest = record.at(-1);
  const [live, ...others] = before;
  const isAnew =
    live !== undefined && oldest?.image === live.image && oldest.rollbackOf === live.rollbackOf;
  return isAnew ? others : before;
}
