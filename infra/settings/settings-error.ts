import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./problem.ts";

/** Every problem of a config in one message, each with the line to type. */
export class SettingsError extends pulumi.RunError {
  readonly problems: readonly Problem[];

  constructor(stack: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(
      ({ text, command }, index) => `  ${index + 1}. ${text}\n     ${command} -s ${stack}`,
    );
    super(`Stack "${stack}" was not touched: ${count} in its config.\n${lines.join("\n")}`);
    this.problems = problems;
  }
}
