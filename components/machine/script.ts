import * as pulumi from "@pulumi/pulumi";
import { quote } from "../quote.ts";
import type { Script } from "./machine.ts";

/**
 * The text that a shell reads from standard input; its first argument says which part to run, its second
 * one who runs it, or to `remove` what was printed: after a sign of its own, base64. Parts are functions, so
 * that all of it was read before anything runs, and what runs has no input.
 */
export function scriptText(script: Script): pulumi.Output<string> {
  const names = Object.keys(script.values);
  return pulumi
    .all(names.map((name) => script.values[name] ?? ""))
    .apply((values) =>
      [
        "set -eu",
        ...names.map((name, index) => `${name}=${quote(values[index] ?? "")}`),
        script.remove === undefined
          ? SET_WHO
          : `if [ "$1" = remove ]; then ${SET_PRINTED}; else ${SET_WHO}; fi`,
        ...(script.functions === undefined ? [] : [script.functions.trim()]),
        ...shellFunction("apply", script.apply),
        ...shellFunction("update", script.update),
        ...shellFunction("remove", script.remove),
        '"$1" </dev/null',
        "",
      ].join("\n"),
    );
}

const SET_WHO = `WHO=\${2:-unknown}`;
const SET_PRINTED = `PRINTED=$(printf %s "\${2-}" | tail -c +2 | base64 -d)`;

function shellFunction(name: string, body: string | undefined): string[] {
  return body === undefined ? [] : [`${name}() {`, body.trim(), "}"];
}

/** As much as an error shows of what a step said; what it said last is what it failed of. */
const BYTES_SHOWN = 65_536;

/**
 * The text that a shell of the machine that runs Pulumi reads, to have another shell take a script: `$1` is
 * the part. What that says on its standard error is kept only where it fails, and then its end: else it would
 * stay in the state, in the clear. It is in a file without a name, which is gone with the shell.
 *
 * @param shell starts the other shell, and may hand its words to a third one.
 * @param otherwise what is done when the script has failed.
 */
export function quietText(shell: string, script: string, otherwise = ":"): string {
  const end = unusedIn(script);
  return `${HAND_ON}
${shell} -s "$1" "$given" 2>&3 3>&- 4<&- <<'${end}' || code=$?
${script}${end}
if [ "$code" -ne 0 ]; then
  tail -c ${BYTES_SHOWN} <&4 >&2
  ${otherwise}
fi
exit "$code"
`;
}

/**
 * Whom the record of releases names: the pipeline's user, or the one of the terminal. Or what the step had
 * printed, as a word that any shell on the way leaves as it is, and that is never empty.
 */
const HAND_ON = `set -eu
if [ "$1" = remove ]; then
  given="=$(printf %s "\${PULUMI_COMMAND_STDOUT-}" | base64 | tr -d '\\n')"
else
  given=$(printf %s "\${GITLAB_USER_LOGIN:-\${USER:-$(id -un)}}" | tr -cd 'A-Za-z0-9._@-')
fi
said=$(mktemp)
exec 3>"$said" 4<"$said"
rm -f "$said"
code=0`;

/** A line that the text does not have. */
function unusedIn(text: string): string {
  let line = "END_OF_SCRIPT";
  while (text.includes(`\n${line}\n`)) line += "_";
  return line;
}
