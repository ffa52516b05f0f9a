import type { PreviewReport, Summary } from "./report.ts";
import type { Size } from "./sizes.ts";

type Paint = (text: string) => string;

interface Colours {
  readonly bad: Paint;
  readonly good: Paint;
  readonly heading: Paint;
}

const painted =
  (code: number): Paint =>
  (text) =>
    `\u001b[${code}m${text}\u001b[0m`;
const PLAIN: Colours = { bad: String, good: String, heading: String };
const COLOURED: Colours = { bad: painted(31), good: painted(32), heading: painted(1) };

/** For a terminal: the verdict first. */
export function asText(report: PreviewReport, coloured: boolean): string {
  const colours = coloured ? COLOURED : PLAIN;
  return [
    colours.heading(`${report.stack}: ${verdictLine(report, colours)}`),
    ...report.components.flatMap(({ name, findings }) => [
      "",
      colours.heading(name),
      ...findings.map(({ text, dangerous }) => `  ${dangerous ? colours.bad(`! ${text}`) : text}`),
    ]),
    ...section("Sizes", report.sizes.map(sizeLine), colours),
    ...section("Not seen", report.unseen, colours),
    "",
    summaryLine(report.summary),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[], { heading }: Colours): string[] {
  return lines.length === 0 ? [] : ["", heading(title), ...lines.map((line) => `  ${line}`)];
}

function verdictLine({ verdict, dangerous }: PreviewReport, { bad, good }: Colours): string {
  const words = verdict.map((one) => (isAlarming(one) ? one.toUpperCase() : one)).join(" · ");
  if (dangerous || verdict.some(isAlarming)) return bad(words);
  return verdict.includes("restart") ? words : good(words);
}

export const isAlarming = (verdict: string) =>
  ["foreign step", "data at risk", "secret in the clear", "becomes public"].includes(verdict);

export function sizeLine({ component, name, of, before, after }: Size): string {
  const where = component === name ? component : `${component}, ${name}`;
  return `${where}: ${of} ${before ?? "none"} → ${after ?? "none"}`;
}

export function summaryLine(summary: Summary): string {
  const words = {
    create: "create",
    update: "change",
    replace: "replace",
    delete: "delete",
  } as const;
  const parts = Object.entries(words).flatMap(([key, word]) => {
    const count = summary[key as keyof Summary];
    return count === 0 ? [] : [`${count} to ${word}`];
  });
  return parts.length === 0 ? "Nothing to change." : `${parts.join(", ")}.`;
}
