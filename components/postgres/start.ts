import { shellFile } from "../shell-file.ts";
import { WITH_CONF } from "./conf.ts";

const START = `${shellFile(import.meta.dirname, "first-start.sh")}${WITH_CONF}
exec docker-entrypoint.sh "$@"`;

/**
 * Entry point of a server of ours, in the official image of Postgres or one that is made from it.
 *
 * The image makes the folder of the data in its place, and takes what a kill left there half made for a
 * finished one: such a server never gets ready again. Here the image makes it beside its place, and it gets
 * its name once it is whole. A folder that has its name is never touched. Then the server starts with the
 * settings that the variable of postgres-conf.ts has.
 */
export const POSTGRES_ENTRYPOINT = startAfter("");

/** The same, after other lines of shell. */
export function startAfter(before: string): string[] {
  return ["sh", "-euc", `${before}${START}`, "sh"];
}
