import type { Change } from "./changes.ts";

const COMMAND = "command:local:Command";

/** What has kinds that a program of ours makes. */
const OURS =
  /^(command:local:Command$|(docker|kubernetes|gcp|digitalocean|tls|random):|pulumi:providers:)/;

/** As the program writes the commands of its steps: what they do comes on standard input. */
const STEP = /^sh -s (apply|update|remove)( [\w.-]+)?$/;
const PROGRAM = /^[\w./-]*node[\w./-]* (--[\w=-]+ )*[\w./-]*\/steps\/[\w-]+\.ts( off)?$/;

/**
 * What the state has and the program never made: whoever writes a state can have it run a command as such a
 * thing goes.
 *
 * @returns in words why it is none of the program's; undefined where it may be.
 */
export function foreignIn(change: Change): string | undefined {
  const { type, action, old, parentStays } = change;
  if (change.drifted || (action !== "delete" && action !== "replace")) return undefined;
  if (action === "delete" && !OURS.test(type)) return `Slipway makes nothing of the kind ${type}`;
  if (type !== COMMAND || old["delete"] === undefined) return undefined;
  const command = String(old["delete"]);
  if (!STEP.test(command) && !PROGRAM.test(command)) return `it runs \`${command.slice(0, 200)}\``;
  if (old["interpreter"] !== undefined) return "it has an interpreter of its own";
  if (action === "delete" && parentStays) return `${change.component} stays, and has no such step`;
  return undefined;
}
