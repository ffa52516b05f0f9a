import type { Condition } from "../../infra/settings/condition.ts";
import type { Setting, Table } from "../../infra/settings/setting.ts";
import { descriptionOf } from "./description.ts";
import type { Subjects } from "./project-block.ts";

const HEAD = `# All settings

Written by \`npm run settings\`, from the tables in [infra/settings](../infra/settings). To set a value, type \`npm run pulumi -- config set KEY VALUE -s STACK\`, with \`--secret\` for a secret; \`<FILE\` in the place of VALUE reads a file. A map or a list is YAML in the stack's file: for one entry, type \`config set --path 'appEnv.NAME' VALUE\`. JSON in one string works too, but \`--path\` then replaces all of it.

In the stack of a [branch](review-apps.md), a setting is \`shared\` with the model, the branch's \`own\`, or has its \`default\`.
`;

/** The text of docs/settings.md. */
export const settingsPage = (subjects: Subjects): string =>
  HEAD +
  Object.entries(subjects)
    .map(([subject, table]) => chapterOf(subject, table))
    .join("");

function chapterOf(subject: string, table: Table): string {
  const rows = Object.entries(table).map(([key, setting]) => {
    const cells = [
      `\`${key}\``,
      defaultOf(setting),
      `${descriptionOf(setting)}${requiredIf(setting)}`,
      code(setting.example),
      reviewOf(setting),
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  });
  return (
    `\n## ${subject}\n\n| key | default | meaning | example | for a branch |\n` +
    `|---|---|---|---|---|\n${rows.join("")}`
  );
}

const code = (text: string) => (text === "" ? "" : `\`${text}\``);
const defaultOf = ({ default: usual = "", generated }: Setting) =>
  generated === undefined ? code(usual) : "generated";

function requiredIf({ required }: Setting): string {
  if (required === undefined) return "";
  if (required === "always") return " Required.";
  return ` Required if ${required.map(conditionOf).join(", or ")}.`;
}

function conditionOf({ key, is, unless }: Condition): string {
  const values = is?.map((one) => `\`${one}\``).join(" or ");
  const also = unless === undefined ? "" : ` and \`${unless}\` is not set`;
  return `\`${key}\` is ${values ?? "set"}${also}`;
}

function reviewOf({ review }: Setting): string {
  if (typeof review === "object") return `shared if ${conditionOf(review.shareWhere)}`;
  return { share: "shared", own: "own", drop: "default" }[review];
}
