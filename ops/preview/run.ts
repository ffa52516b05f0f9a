import { CommandError, type EngineEvent, type Stack } from "@pulumi/pulumi/automation/index.js";
import { explained } from "../backend.ts";
import { interruptible } from "../interruption.ts";
import { UserError } from "../user-error.ts";
import { withoutReads } from "./diff.ts";
import { type PreviewReport, reportOf } from "./report.ts";
import { stepsOf } from "./step.ts";

export interface Preview {
  readonly report: PreviewReport;
  /** The whole difference in the engine's own words; secrets are not in it. */
  readonly diff: string;
}

/**
 * Asks the engine what it would do.
 *
 * @throws UserError in the words of those who refused, among them the protection of data.
 */
export async function previewOf(stack: Stack, options = { refresh: false }): Promise<Preview> {
  const events: EngineEvent[] = [];
  let diff = "";
  try {
    await interruptible(
      (signal) =>
        stack.preview({
          // Refreshed with the logins that the program has by now: those in the state may have been rotated.
          ...(options.refresh && { refresh: true, runProgram: true }),
          diff: true,
          color: "never",
          suppressProgress: true,
          onEvent: (event) => void events.push(event),
          onOutput: (text) => {
            diff += text;
          },
          onError: () => {},
          signal,
        }),
      () => {
        throw new UserError("preview was interrupted. Nothing was changed.", 130);
      },
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`preview failed. ${reasonsIn(events) || explained(error.message)}`, 1);
  }
  const report = reportOf({
    stack: stack.name,
    steps: stepsOf(events),
    refreshed: options.refresh,
  });
  return { report, diff: withoutReads(diff) };
}

function reasonsIn(events: readonly EngineEvent[]): string {
  return events
    .flatMap(({ diagnosticEvent: event }) =>
      event?.severity === "error" && !event.ephemeral ? event.message : [],
    )
    .map((message) => message.replaceAll(/<\{%[^%]*%\}>/g, "").trim())
    .filter((message) => message !== "" && message !== "preview failed")
    .join("\n");
}
