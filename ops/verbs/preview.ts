import { writeFileSync } from "node:fs";
import { GitLab } from "../gitlab/client.ts";
import { type Allowance, allowanceOf } from "../preview/allowance.ts";
import { asMarkdown, failureAsMarkdown } from "../preview/markdown.ts";
import { keepNote } from "../preview/note.ts";
import type { PreviewReport, Summary } from "../preview/report.ts";
import { previewOf } from "../preview/run.ts";
import { asText } from "../preview/text.ts";
import { say, step } from "../progress.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { imageOf, readArguments, textOf } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway preview -s STACK [--diff] [--refresh] [--allow-danger] [--danger-label NAME] [--note] " +
  "[--markdown FILE] [--terraform FILE] [--json] [--image REFERENCE [--version NAME]]";

const DANGER_LABEL = "slipway::allow-danger";

export const preview: Verb = {
  summary:
    "Show the changes of an up, the risk first. Ends with 1 if they are dangerous and not allowed.",
  usage,
  group: "Releases",
  async run(args) {
    const { stack: name, values } = readArguments(args, usage, {
      diff: { type: "boolean" },
      refresh: { type: "boolean" },
      "allow-danger": { type: "boolean" },
      "danger-label": { type: "string", default: DANGER_LABEL },
      note: { type: "boolean" },
      markdown: { type: "string" },
      terraform: { type: "string" },
      json: { type: "boolean" },
      image: { type: "string" },
      version: { type: "string" },
    });
    const label = String(values["danger-label"]);
    const mergeRequest = values["note"] === true ? mergeRequestOf(process.env) : undefined;
    const gitlab = GitLab.fromEnvironment(process.env);
    const { image, version } = imageOf(values);
    const stack = await openStack(name, {
      ...(image === undefined ? {} : { SLIPWAY_IMAGE: image }),
      ...(version === undefined ? {} : { SLIPWAY_VERSION: version }),
    });

    const { report, diff } = await step(`Previewing ${name}`, () =>
      previewOf(stack, { refresh: values["refresh"] === true }),
    ).catch(async (error: unknown) => {
      if (error instanceof UserError && error.exitCode === 1 && mergeRequest !== undefined) {
        await note(gitlab, mergeRequest, name, failureAsMarkdown(name, error.message));
      }
      throw error;
    });
    // Before GitLab is asked anything: what there is to read does not depend on it.
    const isJson = values["json"] === true;
    if (!isJson) {
      process.stdout.write(
        asText(report, process.stdout.isTTY === true && !process.env["NO_COLOR"]),
      );
      if (values["diff"] === true) process.stdout.write(`\n${diff}\n`);
    }
    leave(textOf(values, "terraform"), JSON.stringify(terraformReport(report.summary)));

    const allowance = await askFor(report, values["allow-danger"] === true, label, gitlab);
    const allowed = allowance?.allowed;
    if (isJson) {
      process.stdout.write(`${JSON.stringify({ ...report, allowed }, null, 2)}\n`);
      if (values["diff"] === true) process.stdout.write(`\n${diff}\n`);
    }
    const markdown = asMarkdown(report, { diff, allowance, label });
    leave(textOf(values, "markdown"), markdown);
    if (mergeRequest !== undefined) await note(gitlab, mergeRequest, name, markdown);
    return verdictCode(report, allowance, label);
  },
};

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
