import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../ops/progress.ts";
import { ROOT } from "../ops/project.ts";
import { newCommand, TYPED } from "../ops/verbs/command.ts";
import { defineVerb, GROUPS, type Verb } from "../ops/verbs/verb.ts";

export const REFERENCE_FILE = join(ROOT, "docs", "cli.md");

/** @param verbs all commands, this one included. */
export const referenceOf = (verbs: () => readonly Verb[]): Verb =>
  defineVerb(
    newCommand(
      "reference",
      "Write docs/cli.md from the declarations of the commands: `npm run reference`.",
    ),
    {
      group: "Development",
      needsPulumi: false,
      async run() {
        writeFileSync(REFERENCE_FILE, referenceText(verbs()));
        say("✓ docs/cli.md is written.");
        return 0;
      },
    },
  );

/** The text of docs/cli.md. */
export const referenceText = (verbs: readonly Verb[]) => `\
# Commands

\`${TYPED} COMMAND [OPTIONS]\`. \`npm run reference\` writes this page from the declarations of the commands, which \`${TYPED} COMMAND --help\` shows too. Each command has \`-h\`, \`--help\` and \`--no-color\`.

${GROUPS.map((group) => section(group, verbs)).join("\n")}`;

function section(group: string, verbs: readonly Verb[]): string {
  const own = verbs.filter(({ command }) => command.helpGroup() === `${group}:`);
  return `## ${group}\n\n${own.map(entry).join("\n")}`;
}

function entry({ name, command }: Verb): string {
  const rows = [
    ...command.registeredArguments.map((argument) => [
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
      `${argument.description}${oneOf(argument.argChoices)}`,
    ]),
    ...command.options
      .filter(({ long }) => long !== "--no-color")
      .map((option) => [
        option.flags,
        `${option.description}${notes(option.mandatory, option.defaultValue, option.envVar)}`,
      ]),
  ];
  const table = rows.map(
    ([typed = "", meaning = ""]) => `| \`${cell(typed)}\` | ${cell(meaning)} |\n`,
  );
  return [
    `### ${name}\n\n${command.description()}\n\n`,
    `\`\`\`text\n${TYPED} ${name} ${command.usage()}\n\`\`\`\n`,
    ...(rows.length === 0 ? [] : ["\n| argument or option | meaning |\n|---|---|\n", ...table]),
  ].join("");
}

const oneOf = (names: readonly string[] | undefined) =>
  names === undefined ? "" : ` One of ${names.map((name) => `\`${name}\``).join(", ")}.`;

const notes = (isMandatory: boolean, byDefault: unknown, variable: string | undefined) =>
  [
    ...(isMandatory ? [" Required"] : []),
    ...(variable === undefined
      ? []
      : [`${isMandatory ? ", here or in" : " Or in"} \`${variable}\``]),
    ...(isMandatory || variable !== undefined ? ["."] : []),
    ...(byDefault === undefined ? [] : [` Default: \`${String(byDefault)}\`.`]),
  ].join("");

const cell = (text: string) => text.replaceAll("|", "\\|");
