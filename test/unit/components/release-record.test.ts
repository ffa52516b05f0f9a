import { describe, expect, test } from "vitest";
import {
  parseRecord,
  RECORD_LENGTH,
  type ReleaseRecord,
  recorded,
  recordLine,
} from "../../../components/release-record.ts";

const release = (image: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  ...{ image, version: "1", commit: "", time: "2026-01-01T00:00:00Z", by: "ada", verified: true },
  ...{ rollbackOf: "", mark: image },
  ...more,
});

describe("The record of releases", () => {
  test("has a new release first", () => {
    expect(recorded(release("b"), [release("a")])).toEqual([release("b"), release("a")]);
    expect(recorded(release("a"), [])).toEqual([release("a")]);
  });

  test.each<[string, Partial<ReleaseRecord>]>([
    ["another version", { version: "2" }],
    ["a rollback", { rollbackOf: "b" }],
    ["another place among the images", { sequence: 7 }],
  ])("has the live image once more as %s", (_, more) => {
    expect(recorded(release("a", more), [release("a")])).toHaveLength(2);
  });

  test("has what is live once, as it was, when it is switched to again", () => {
    const before = [release("a"), release("b")];
    const again = release("a", { by: "rotation", time: "2026-02-01T00:00:00Z" });
    expect(recorded(again, before)).toEqual(before);
  });

  test("has the static files of what is live, as they are when it is switched to again", () => {
    const before = [release("a", { staticFolder: "/old" }), release("b")];
    const again = release("a", { staticFolder: "/site" });
    expect(recorded(again, before)).toEqual([again, release("b")]);
    expect(recorded(release("a"), before)).toEqual([release("a"), release("b")]);
  });

  test("has the last verified release for what is live, whatever failed since", () => {
    const failed = release("b", { verified: false });
    expect(recorded(release("a"), [failed, release("a")])).toEqual([failed, release("a")]);
    expect(recorded(failed, [release("b")])).toHaveLength(2);
  });

  test("forgets the oldest one when it is full", () => {
    const before = Array.from({ length: RECORD_LENGTH }, (_, index) => release(`${index}`));
    const after = recorded(release("new"), before);
    expect(after).toEqual([release("new"), ...before.slice(0, -1)]);
  });

  test("is read as it was written, without the lines that are none", () => {
    const all = [release("a"), release("b", { sequence: 3, verified: false })];
    const text = all.map(recordLine).join("");
    expect(parseRecord(text)).toEqual(all);
    const { version: _, ...noVersion } = release("c");
    const torn = ["{", "null", "7", '"a"', JSON.stringify(noVersion), ""].join("\n");
    expect(parseRecord(`${torn}\n${text}`)).toEqual(all);
    expect(parseRecord(JSON.stringify(release("c", { verified: "yes" as never })))).toEqual([]);
  });
});
