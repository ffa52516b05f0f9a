import { expect, test } from "vitest";
import {
  judge,
  neededOf,
  type PruneRules,
  type TaggedImage,
} from "../../../../ops/registry/prune.ts";

const NOW = Date.parse("2026-06-30T00:00:00Z");
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const image = (digest: string, days: number, ...tags: string[]): TaggedImage => ({
  digest,
  tags,
  created: daysAgo(days),
});

const rules = {
  keep: 1,
  days: 30,
  now: NOW,
  needed: new Set<string>(),
  gitTags: new Set<string>(),
};
const going = (images: TaggedImage[], more: Partial<PruneRules> = {}) =>
  judge(images, { ...rules, ...more })
    .filter(({ kept }) => kept === undefined)
    .map(({ digest }) => digest);

test("what is old goes, but for the newest ones, however old these are", () => {
  const all = [image("a", 90, "1"), image("b", 80, "2"), image("c", 70, "3"), image("d", 5, "4")];
  expect(going(all)).toEqual(["c", "b", "a"]);
  expect(going(all, { keep: 3 })).toEqual(["a"]);
  expect(going(all, { days: 75 })).toEqual(["b", "a"]);
});

test("what was released to a stack stays, by its digest or by any of its tags", () => {
  const all = [image("a", 90, "1"), image("b", 80, "2", "feature"), image("c", 1, "3")];
  expect(going(all, { needed: new Set(["a"]) })).toEqual(["b"]);
  expect(going(all, { needed: new Set(["2"]) })).toEqual(["a"]);
});

test("what has a tag of git, latest or the cache stays", () => {
  const all = [
    image("a", 90, "1", "v1.2.3"),
    image("b", 90, "2", "nightly"),
    image("c", 90, "3", "latest"),
    image("d", 90, "buildcache"),
    image("e", 90, "5", "feature"),
    image("f", 1, "6"),
  ];
  expect(going(all, { gitTags: new Set(["nightly"]) })).toEqual(["e"]);
});

test.each([
  "",
  "yesterday",
  "0001-01-01T00:00:00Z",
  "1970-01-01T00:00:00Z",
  "1980-01-01T00:00:01Z",
])("what does not say how old it is stays: %j", (created) => {
  const unknown = { digest: "b", tags: ["2"], created };
  const all = [image("a", 90, "1"), unknown, image("c", 40, "3"), unknown, image("d", 1, "4")];
  expect(going(all, { keep: 3 })).toEqual(["c", "a"]);
});

test("released images are known by digest in any repository, and by tag in this one", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const released = [`host/app@${digest}`, "host/app:abc", "host/other:def", "slipway-local/app:1"];
  expect(neededOf("host/app", released)).toEqual(new Set([digest, "abc"]));
});
