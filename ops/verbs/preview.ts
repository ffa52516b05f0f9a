import { writeFileSync } from "node:fs";
import { GitLab } from "../gitlab/client.ts";
import { asMarkdown, failureAsMarkdown } from "../preview/markdown.ts";
import { keepNote } from "../preview/note.ts";
import type { PreviewReport, Summary } from "../preview/report.ts";
import { previewOf } from "../preview/run.ts";
import { asText } from "../preview/text.ts";
import { say, step } from "../progress.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { readArguments, textOf } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway preview -s STACK [--diff] [--refresh] [--allow-danger] [--danger-label NAME] [--note] " +
  "[--markdown FILE] [--terraform FILE] [--json] [--image REFERENCE [--version NAME]]";

const DANGER_LABEL = "slipway::allow-danger";

export const preview: Verb = {
  summary:
    "Say what an up would do, the risk first. Ends with 1 when it is dangerous and nobody has allowed it.",
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
    const [image, version] = [textOf(values, "image"), textOf(values, "version")];
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
    const allowed = report.dangerous
      ? values["allow-danger"] === true || (await hasLabel(gitlab, label))
      : undefined;

    process.stdout.write(
      values["json"] === true
        ? `${JSON.stringify({ ...report, allowed }, null, 2)}\n`
        : asText(report, process.stdout.isTTY === true && !process.env["NO_COLOR"]),
    );
    if (values["diff"] === true) process.stdout.write(`\n${diff}\n`);
    const markdown = asMarkdown(report, { diff, allowed, label });
    const files = { markdown, terraform: JSON.stringify(terraformReport(report.summary)) };
    for (const [option, text] of Object.entries(files)) {
      const file = textOf(values, option);
      if (file !== undefined) writeFileSync(file, text);
    }
    if (mergeRequest !== undefined) await note(gitlab, mergeRequest, name, markdown);
    return verdictCode(report, allowed, label);
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

function verdictCode(report: PreviewReport, allowed: boolean | undefined, label: string): number {
  if (allowed === undefined) {
    say(`✓ ${report.stack}: ${report.verdict.join(", ")}.`);
    return 0;
  }
  if (allowed) {
    say(`✓ ${report.stack}: ${report.verdict.join(", ")}; that was allowed.`);
    return 0;
  }
  say(
    `slipway: ${report.stack}: ${report.verdict.join(", ")}. If what is marked is meant: the label ` +
      `${label} on the merge request, or --allow-danger.`,
  );
  return 1;
}

/** As it is now; the environment has those of when the pipeline was made. */
async function hasLabel(gitlab: GitLab | undefined, label: string): Promise<boolean> {
  const { CI_MERGE_REQUEST_IID: iid, CI_MERGE_REQUEST_LABELS: labels } = process.env;
  if (!iid) return false;
  if (gitlab === undefined) return (labels ?? "").split(",").includes(label);
  return (await gitlab.mergeRequest(Number(iid))).labels.includes(label);
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
      "  There is no note without a project access token (GITLAB_TOKEN, scope api): what the merge request " +
        "shows is the widget of the terraform report alone.",
    );
    return;
  }
  const done = await keepNote(gitlab, mergeRequest, stack, body);
  say(`  The note of ${stack} on !${mergeRequest}: ${done}.`);
}
