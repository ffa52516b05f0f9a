import { expect, test } from "vitest";
import { labelFilters, labelList, labelOptions, labels } from "../../../components/labels.ts";

const owner = { project: "slipway", stack: "dev" };

test("a thing says whose it is, what it is for and, where there is one, which release", () => {
  expect(labels(owner, "web", "1.2.3")).toEqual({
    "slipway.project": "slipway",
    "slipway.stack": "dev",
    "slipway.role": "web",
    "slipway.release": "1.2.3",
  });
  expect(Object.keys(labels(owner, "network"))).not.toContain("slipway.release");
});

test("the same labels are written for the provider, for `docker run` and for `docker ps`", () => {
  expect(labelList({ a: "1" })).toEqual([{ label: "a", value: "1" }]);
  expect(labelOptions({ a: "1", b: "2" })).toBe("--label a=1 --label b=2");
  expect(labelFilters(owner, "step")).toBe(
    "--filter label=slipway.project=slipway --filter label=slipway.stack=dev " +
      "--filter label=slipway.role=step",
  );
});
