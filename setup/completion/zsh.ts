import type { CommandWords, OptionWords } from "./words.ts";

export const zshCompletion = (commands: readonly CommandWords[]) => `\
#compdef slipway
_slipway_stacks() {
  local -a files=("\${_slipway_folder}"/Pulumi.*.yaml(N:t))
  local -a stacks=("\${\${files[@]#Pulumi.}[@]%.yaml}")
  compadd -a stacks
}

_slipway() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
    'help:Explain a command'
  )
  local _slipway_folder=\${words[1]:h} i command=''
  for ((i = 2; i < CURRENT; i++)); do
    [[ \${words[i]} == -* ]] || { command=\${words[i]}; break }
  done
  if [[ -z $command ]]; then
    _describe command commands
    return
  fi
  words=("\${words[@]:$((i - 1))}")
  ((CURRENT -= i - 1))
  case $command in
    help) _describe command commands ;;
${commands.map(argumentsOf).join("\n")}
  esac
}

(( $+functions[compdef] )) && compdef _slipway slipway
`;

function argumentsOf({ name, options, choices }: CommandWords): string {
  if (name === "pulumi") return "    pulumi) _default ;;";
  const specs = [
    ...options.flatMap(optionSpecs),
    quoted("--help[Explain this command]"),
    choices.length === 0 ? "'*:argument:_default'" : quoted(`*:argument:(${choices.join(" ")})`),
  ];
  return `    ${name})\n      _arguments \\\n        ${specs.join(" \\\n        ")}\n      ;;`;
}

function optionSpecs({ long, short, description, takes }: OptionWords): string[] {
  const value = { nothing: "", stack: ":stack:_slipway_stacks", value: ":value:_default" }[takes];
  const text = `[${description.replaceAll(/[[\]]/g, "\\$&")}]${value}`;
  return [long, ...(short === undefined ? [] : [short])].map((name) => quoted(`*${name}${text}`));
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
