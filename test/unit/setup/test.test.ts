import { expect, test } from "vitest";
import { countsOf } from "../../../setup/test.ts";

const report = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  success: true,
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
