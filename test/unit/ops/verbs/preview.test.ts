import { expect, test } from "vitest";
import { terraformReport } from "../../../../ops/verbs/preview.ts";

test("GitLab's widget counts a replacement as one that comes and one that goes", () => {
  expect(terraformReport({ create: 1, update: 2, replace: 3, delete: 4 })).toEqual({
    create: 4,
    update: 2,
    delete: 7,
  });
});
