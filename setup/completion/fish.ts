import type { CommandWords, OptionWords } from "./words.ts";

export const fishCompletion = (commands: readonly CommandWords[]) => `\
function __slipway_stacks
  set -l typed (commandline -opc)
  for file in (dirname $typed[1])/Pulumi.*.yaml
    string replace -r '.*/Pulumi\\.(.*)\\.yaml$' '$1' $file
  end
end

complete -c slipway -n __fish_use_subcommand -f
${[...commands, { name: "help", summary: "Explain a command" }]
  .map(
    ({ name, summary }) =>
      `complete -c slipway -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  )
  .join("\n")}
complete -c slipway -n '__fish_seen_subcommand_from help' -f -a '${commands.map(({ name }) => name).join(" ")}'
${commands.flatMap(linesOf).join("\n")}
`;

function linesOf({ name, options, choices }: CommandWords): string[] {
  const begin = `complete -c slipway -n '__fish_seen_subcommand_from ${name}'`;
  const all = choices.length === 0 ? [] : [`${begin} -f -a '${choices.join(" ")}'`];
  return [...all, ...options.map((option) => `${begin} ${optionOf(option)}`)];
}

function optionOf({ long, short, description, takes }: OptionWords): string {
  const value = { nothing: "", stack: " -x -a '(__slipway_stacks)'", value: " -r" }[takes];
  const brief = short === undefined ? "" : ` -s ${short.replace(/^-/, "")}`;
  return `-l ${long.replace(/^--/, "")}${brief}${value} -d ${quoted(description)}`;
}

const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
