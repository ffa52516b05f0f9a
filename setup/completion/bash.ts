import type { CommandWords } from "./words.ts";

/** Where it has nothing to offer, bash offers files. */
export const bashCompletion = (commands: readonly CommandWords[]) => `\
_slipway_stacks() {
  local file
  for file in "\${COMP_WORDS[0]%/*}"/Pulumi.*.yaml; do
    file=\${file##*/Pulumi.}
    [ "$file" = '*.yaml' ] || echo "\${file%.yaml}"
  done
}

_slipway() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --) return ;;
      -*) ;;
      *) [ -n "$command" ] || command=\${COMP_WORDS[i]} ;;
    esac
  done
  case "$command $before" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case $command in
    '') words='${[...commands.map(({ name }) => name), "help", "--help", "--version", "--no-color"].join(" ")}' ;;
    help) words='${commands.map(({ name }) => name).join(" ")}' ;;
${commands.map(wordCase).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -o default -F _slipway slipway
`;

/** After an option that takes a value. */
function valueCases({ name, options }: CommandWords): string[] {
  const names = (takes: string) =>
    options
      .filter((option) => option.takes === takes)
      .flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]))
      .map((option) => `"${name} ${option}"`)
      .join(" | ");
  const [stacks, values] = [names("stack"), names("value")];
  return [
    ...(stacks === ""
      ? []
      : [`    ${stacks}) COMPREPLY=($(compgen -W "$(_slipway_stacks)" -- "$word")); return ;;`]),
    ...(values === "" ? [] : [`    ${values}) return ;;`]),
  ];
}

const wordCase = ({ name, options, choices }: CommandWords) =>
  name === "pulumi"
    ? "    pulumi) return ;;"
    : `    ${name}) words='${[...choices, ...options.map(({ long }) => long), "--help"].join(" ")}' ;;`;
