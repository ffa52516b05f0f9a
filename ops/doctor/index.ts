import { LOCAL_STACK } from "../project.ts";
import { UserError } from "../user-error.ts";
import { isInState, openStack } from "../workspace.ts";
import { certificate } from "./certificate.ts";
import { type Check, type Finding, none, ok, type StackFacts, type World, wrong } from "./check.ts";
import { digitalOcean, google } from "./clouds.ts";
import { cluster } from "./cluster.ts";
import { dockerClient, dockerEngine, port } from "./docker.ts";
import { gitlab } from "./gitlab.ts";
import { host, ssh } from "./host.ts";
import { clock, disk, git, node } from "./machine.ts";
import { settings } from "./settings.ts";
import { tools } from "./tools.ts";
import { factsOf } from "./world.ts";

export type Result = Finding & { readonly name: string };

/** In the order in which a person would mend them. */
export const checks: readonly Check[] = [
  ...[node, git, disk, clock, ssh, dockerClient, dockerEngine],
  ...[tools, settings, port, host, cluster, certificate, digitalOcean, google, gitlab],
];

/** Makes all checks; one that fails itself is a finding. */
export async function examine(world: World, which: readonly Check[] = checks): Promise<Result[]> {
  return await Promise.all(
    which.map(async (check) => {
      const finding = await check
        .run(world)
        .catch((error: unknown) =>
          wrong(
            `could not be checked: ${error instanceof Error ? error.message : String(error)}`,
            "",
          ),
        );
      return { name: check.name, ...finding };
    }),
  );
}

/** The state that the stack is in: whether it can be reached, and its secrets read. */
export async function examineStack(name: string | undefined): Promise<{
  readonly result: Result;
  readonly stack: StackFacts | undefined;
}> {
  const state = "state and secrets";
  if (name === undefined)
    return { result: { name: state, ...none("no stack was named") }, stack: undefined };
  if (name === LOCAL_STACK && !isInState(name)) {
    const missing = wrong(`${name} is not there yet`, "npm start");
    return { result: { name: state, ...missing }, stack: undefined };
  }
  try {
    const stack = await factsOf(await openStack(name));
    return { result: { name: state, ...ok(`${name} was found, and can be decrypted`) }, stack };
  } catch (error) {
    const { message } = error as Error;
    const [says = "", type = `./slipway init -s ${name}`] = (
      error instanceof UserError ? message : lastError(message)
    ).split(/ Type: |\n/);
    return {
      result: { name: state, ...wrong(says, type) },
      stack: undefined,
    };
  }
}

/** What pulumi itself said. */
const lastError = (message: string) => /^error: (.*)$/m.exec(message)?.[1] ?? message;
