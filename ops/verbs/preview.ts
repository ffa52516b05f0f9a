import { writeFileSync } from "node:fs";
import { isColoured } from "../colours.ts";
import { GitLab } from "../gitlab/client.ts";
import { type Allowance, allowanceOf } from "../preview/allowance.ts";
import { asMarkdown, failureAsMarkdown } from "../preview/markdown.ts";
import { keepNote } from "../preview/note.ts";
import type { PreviewReport, Summary } from "../preview/report.ts";
import { previewOf } from "../preview/run.ts";
import { asText } from "../preview/text.ts";
import { say, step } from "../progress.ts";
import { printJson } from "../result.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { imageOption, jsonOption, optional, stackOption, text, versionOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const DANGER_LABEL = "slipway::allow-danger";

const command = newCommand(
  "preview",
  "Show the changes of an up, the risk first. Ends with 1 if they are dangerous and not allowed.",
)
  .addOption(stackOption())
  .addOption(imageOption())
  .addOption(versionOption())
  .option("--diff", "Show each property that changes too.")
  .option("--refresh", "Compare with the deployed resources, not with the state alone.")
  .option("--allow-danger", "Allow dangerous changes: end with 0.")
  .option(
    "--danger-label <name>",
    "Label of a merge request that allows them.",
    text("--danger-label"),
    DANGER_LABEL,
  )
  .option("--note", "Write the report to the pipeline's merge request, as a note.")
  .option(
    "--markdown <file>",
    "Write the report to a file, as Markdown.",
    optional(text("--markdown")),
  )
  .option(
    "--terraform <file>",
    "Write the counts for GitLab's widget.",
    optional(text("--terraform")),
  )
  .addOption(jsonOption());

export const preview = defineVerb(command, {
  group: "Releases",
  check({ note: toNote }) {
    if (toNote === true) mergeRequestOf(process.env);
  },
  async run(options) {
    const { stack: name, image, version } = options;
    const label = options.dangerLabel;
    const mergeRequest = options.note === true ? mergeRequestOf(process.env) : undefined;
    const gitlab = GitLab.fromEnvironment(process.env);
    const stack = await openStack(name, {
      ...(image === undefined ? {} : { SLIPWAY_IMAGE: image }),
      ...(version === undefined ? {} : { SLIPWAY_VERSION: version }),
    });

    const { report, diff } = await step(`Previewing ${name}`, () =>
      previewOf(stack, { refresh: options.refresh === true }),
    ).catch(async (error: unknown) => {
      if (error instanceof UserError && error.exitCode === 1 && mergeRequest !== undefined) {
        await note(gitlab, mergeRequest, name, failureAsMarkdown(name, error.message));
      }
      throw error;
    });
    // Before GitLab is asked anything: what there is to read does not depend on it.
    const isJson = options.json === true;
    if (!isJson) {
      process.stdout.write(asText(report, isColoured()));
      if (options.diff === true) process.stdout.write(`\n${diff}\n`);
    }
    leave(options.terraform, JSON.stringify(terraformReport(report.summary)));

    const allowance = await askFor(report, options.allowDanger === true, label, gitlab);
    const allowed = allowance?.allowed;
    if (isJson) {
      printJson({ ...report, allowed, ...(options.diff === true && { diff }) });
    }
    const markdown = asMarkdown(report, { diff, allowance, label });
    leave(options.markdown, markdown);
    if (mergeRequest !== undefined) await note(gitlab, mergeRequest, name, markdown);
    return verdictCode(report, allowance, label);
  },
});

/** For GitLab's widget, which knows no replacement: that is one that goes and one that comes. */
export function terraformReport(summary: Summary) {
  return {
    create: summary.create + summary.replace,
    update: summary.update,
    delete: summary.delete + summary.replace,
  };
}

/** Undefined where there is nothing to allow. */
async function askFor(
  report: PreviewReport,
  isAllowed: boolean,
  label: string,
  gitlab: GitLab | undefined,
): Promise<Allowance | undefined> {
  if (!report.dangerous) return undefined;
  return isAllowed ? { allowed: true } : await allowanceOf(label, process.env, gitlab);
}

function leave(file: string | undefined, text: string): void {
  if (file !== undefined) writeFileSync(file, text);
}

function verdictCode(
  report: PreviewReport,
  allowance: Allowance | undefined,
  label: string,
): number {
  const verdict = `${report.stack}: ${report.verdict.join(", ")}`;
  if (allowance === undefined) {
    say(`✓ ${verdict}.`);
    return 0;
  }
  if (allowance.allowed) {
    say(`✓ ${verdict}; allowed.`);
    return 0;
  }
  if (allowance.why !== undefined) say(`  ${allowance.why}`);
  say(
    `slipway: ${verdict}. To allow the marked changes, set the label ${label} on the merge request, or ` +
      "add --allow-danger.",
  );
  return 1;
}

function mergeRequestOf({ CI_MERGE_REQUEST_IID: iid }: NodeJS.ProcessEnv): number {
  if (iid !== undefined && /^[1-9]\d*$/.test(iid)) return Number(iid);
  throw new UserError(
    "--note is for the pipeline of a merge request: CI_MERGE_REQUEST_IID is not set. For a file: --markdown FILE.",
  );
}

async function note(
  gitlab: GitLab | undefined,
  mergeRequest: number,
  stack: string,
  body: string,
): Promise<void> {
  if (gitlab === undefined) {
    say(
      "  No note was written, because GITLAB_TOKEN (a project access token, scope api) is not set. The merge " +
        "request shows the widget of the terraform report alone.",
    );
    return;
  }
  const done = await keepNote(gitlab, mergeRequest, stack, body);
  say(`  The note of ${stack} on !${mergeRequest}: ${done}.`);
}
