import { expect, it } from "vitest";
import { slugCandidates, slugify } from "../../src/slug.ts";

it.each([
  ["How to train your dragon", "how-to-train-your-dragon"],
  ["  Crème brûlée -- à la carte!  ", "creme-brulee-a-la-carte"],
  ["東京の夜", "東京の夜"],
  ["C++ & C#", "c-c"],
  ["!!!", "article"],
])("makes of the title %j the slug %j", (title, slug) => {
  expect(slugify(title)).toBe(slug);
});

it("cuts a long title without leaving a hyphen at the end", () => {
  expect(slugify(`${"a".repeat(79)} b`)).toBe("a".repeat(79));
});

it("offers the plain slug first and then different ones", () => {
  const candidates = slugCandidates("A title");
  const offered = [1, 2, 3].map(() => candidates.next().value);
  expect(offered[0]).toBe("a-title");
  expect(offered[1]).toMatch(/^a-title-[a-z0-9]{6}$/);
  expect(new Set(offered).size).toBe(3);
});
