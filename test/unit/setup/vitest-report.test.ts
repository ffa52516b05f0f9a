import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../ops/project.ts";
import { countsOf, failuresIn } from "../../../setup/vitest-report.ts";

const report = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  success: true,
  testResults: [],
};

test("tests that passed, failed and were skipped are counted", () => {
  const mixed = { ...report, numPassedTests: 5, numFailedTests: 2, numPendingTests: 3 };
  expect(countsOf({ ...mixed, numTodoTests: 1, success: false }, 1)).toEqual({
    passed: 5,
    failed: 2,
    skipped: 4,
  });
});

test("a suite that passed counts no failure", () => {
  expect(countsOf({ ...report, numPassedTests: 5 }, 0)).toEqual({
    passed: 5,
    failed: 0,
    skipped: 0,
  });
});

test("a suite that ran no test has failed", () => {
  expect(countsOf(report, 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(countsOf({ ...report, numPendingTests: 7 }, 0)).toMatchObject({ failed: 1, skipped: 7 });
});

test("a suite that crashed and left no report has failed", () => {
  expect(countsOf(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countsOf(undefined, 0)).toMatchObject({ failed: 1 });
});

test("a suite that failed outside of its tests has failed", () => {
  const passed = { ...report, numPassedTests: 5 };
  expect(countsOf(passed, 1)).toMatchObject({ passed: 5, failed: 1 });
  expect(countsOf({ ...passed, success: false }, 0)).toMatchObject({ passed: 5, failed: 1 });
});

test("each failure is named with the first line of its message", () => {
  const name = join(ROOT, "test/unit/some.test.ts");
  const tests = [
    { fullName: "a claim that holds", status: "passed" },
    { fullName: "a claim", status: "failed", failureMessages: ["expected 1 to be 2\n  at line 3"] },
  ];
  const failed = { ...report, success: false };
  const file = { name, status: "failed", assertionResults: tests };
  expect(failuresIn({ ...failed, testResults: [file] })).toEqual([
    "test/unit/some.test.ts > a claim: expected 1 to be 2",
  ]);
  const broken = { name, status: "failed", message: "No such module\n", assertionResults: [] };
  expect(failuresIn({ ...failed, testResults: [broken] })).toEqual([
    "test/unit/some.test.ts: No such module",
  ]);
  expect(failuresIn(undefined)).toEqual(["no report: the suite crashed"]);
});
