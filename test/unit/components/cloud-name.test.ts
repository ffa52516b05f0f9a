import { expect, test } from "vitest";
import { cloudName } from "../../../components/cloud-name.ts";

const named = (stack: string) => cloudName({ project: "slipway", stack }, 30);

test("a name that fits is as people write it", () => {
  expect(named("prod")).toBe("slipway-prod");
});

test.each(["Feature_X", "v1.2", "review-of-something-very-very-long", "ends-with-hyphens--"])(
  "%s becomes a name that a cloud takes",
  (stack) => {
    expect(named(stack)).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
  },
);

test("two stacks never have one name", () => {
  const long = "review-of-something-very-very-long";
  const stacks = ["a.b", "a-b", "a_b", "A-B", `${long}-1`, `${long}-2`];
  expect(new Set(stacks.map(named)).size).toBe(stacks.length);
});

test("stacks of one name in two projects never have one name either", () => {
  const stack = "review-of-something-very-very-long";
  // What differs is beyond what fits.
  const projects = ["a-project-with-a-long-name-of-one", "a-project-with-a-long-name-of-two"];
  const names = projects.map((project) => cloudName({ project, stack }, 30));
  expect(new Set(names).size).toBe(2);
});
