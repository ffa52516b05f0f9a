import type { Allowance } from "./allowance.ts";
import type { PreviewReport } from "./report.ts";
import { isAlarming, sizeLine, summaryLine } from "./text.ts";

/** By which the note of a stack is found again; it does not show. */
export const markerOf = (stack: string) => `<!-- slipway:preview:${stack} -->`;

/** A merge request can be opened whatever its previews say, but not read when they are longer. */
const DIFF_LIMIT = 60_000;

export interface Told {
  /** The whole difference, as `pulumi preview --diff` prints it. */
  readonly diff: string;
  /** Of what is dangerous; undefined where nothing is. */
  readonly allowance: Allowance | undefined;
  /** Name of the label that says so. */
  readonly label: string;
}

/** For a merge request: the verdict first, the whole difference last and folded. */
export function asMarkdown(report: PreviewReport, { diff, allowance, label }: Told): string {
  return [
    markerOf(report.stack),
    `### ${code(report.stack)}: ${report.verdict.map(emphasised).join(" · ")}`,
    ...permission(allowance, label),
    ...report.components.flatMap(({ name, findings }) => [
      `**${plain(name)}**`,
      findings
        .map(
          ({ text, dangerous }) => `- ${dangerous ? `:warning: **${plain(text)}**` : plain(text)}`,
        )
        .join("\n"),
    ]),
    ...list("Sizes", report.sizes.map(sizeLine)),
    ...list("Not seen", report.unseen),
    folded(summaryLine(report.summary), diff),
    "",
  ].join("\n\n");
}

/** Where there is no report, because the preview itself was refused: what was said before is not so any more. */
export const failureAsMarkdown = (stack: string, message: string) =>
  [markerOf(stack), `### ${code(stack)}: **THE PREVIEW FAILED**`, fenced(message), ""].join("\n\n");

const emphasised = (verdict: string) =>
  isAlarming(verdict) ? `**${verdict.toUpperCase()}**` : verdict;

function permission(allowance: Allowance | undefined, label: string): string[] {
  if (allowance === undefined) return [];
  if (allowance.allowed) return [`The marked changes are allowed by the label ${code(label)}.`];
  return [
    ...(allowance.why === undefined ? [] : [plain(allowance.why)]),
    `The marked changes need the label ${code(label)} on this merge request; then run this job again.`,
  ];
}

const list = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [`**${title}**`, lines.map((line) => `- ${plain(line)}`).join("\n")];

function folded(title: string, diff: string): string {
  return `<details><summary>${title}</summary>\n\n${fenced(diff)}\n\n</details>`;
}

function fenced(text: string): string {
  const cut = text.length > DIFF_LIMIT;
  const shown = cut
    ? `${text.slice(0, DIFF_LIMIT)}\n(shortened; with --diff, the command prints all of it)`
    : text;
  // Longer than any in what it holds, so that nothing in there ends it.
  const fence = "~".repeat(Math.max(3, ...(shown.match(/~+/g) ?? []).map((one) => one.length + 1)));
  return `${fence}\n${shown.trimEnd()}\n${fence}`;
}

/** Names come from config: none is to become a link, a mention or an element. */
const plain = (text: string) =>
  text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[\\*_[\]<>@#!~|$]/g, "\\$&")))
    .join("")
    .replaceAll("\n", " ");

const code = (text: string) => `\`${text.replaceAll("`", "'")}\``;
