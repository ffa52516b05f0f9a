import * as pulumi from "@pulumi/pulumi";
import type { Script } from "./machine.ts";

/** A literal of the POSIX shell that stands for exactly this text. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

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
