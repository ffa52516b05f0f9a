import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { ROOT } from "../ops/project.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Test {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/** A file of tests. Its message is that of an error outside of its tests. */
interface File {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly Test[];
}

/** The parts of Vitest's JSON report that are summed and named. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly File[];
}

export function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** A suite that ran no test, or that failed outside of its tests, has failed. */
export function countsOf(report: VitestReport | undefined, code: number): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = report;
  const failedOutside = numFailedTests === 0 && (code !== 0 || !report.success || passed === 0);
  return {
    passed,
    failed: failedOutside ? 1 : numFailedTests,
    skipped: numPendingTests + numTodoTests,
  };
}

/** A line for each test that failed, and for each file that failed outside of its tests: the log above is long. */
export function failuresIn(report: VitestReport | undefined): string[] {
  if (report === undefined) return ["no report: the suite crashed"];
  return report.testResults.flatMap((file) => {
    const name = relative(ROOT, file.name);
    const tests = file.assertionResults.filter(({ status }) => status === "failed");
    if (file.status === "failed" && tests.length === 0) {
      return [`${name}: ${firstLine(file.message)}`];
    }
    return tests.map((one) => `${name} > ${one.fullName}: ${firstLine(one.failureMessages?.[0])}`);
  });
}

const firstLine = (text = "") => text.trim().split("\n")[0] ?? "";
