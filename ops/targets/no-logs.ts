import { UserError } from "../user-error.ts";

/**
 * What to say where there is nothing whose log could be shown.
 *
 * @param kind as `container`.
 * @param of part of the name that was asked for; undefined for the app.
 * @param names of all that is there.
 */
export function noLogs(
  stack: string,
  kind: string,
  of: string | undefined,
  names: readonly string[],
): UserError {
  const none = of === undefined ? "runs the app" : `has "${of}" in its name`;
  const text =
    names.length === 0
      ? `The stack ${stack} is not up: it has no ${kind}.`
      : `No ${kind} of ${stack} ${none}. There are: ${names.join(", ")}.`;
  return new UserError(text, 1);
}
