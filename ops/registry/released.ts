import { LOCAL_STACK } from "../project.ts";
import { openStack, stackNames } from "../workspace.ts";

/** What is asked about stacks: a test gives it others. */
export interface Stacks {
  /** Of the project, where one is logged in. */
  names(): Promise<string[]>;
  /** What a stack's state says of itself. */
  outputs(name: string): Promise<Readonly<Record<string, { readonly value: unknown }>>>;
}

const STACKS: Stacks = {
  names: stackNames,
  outputs: async (name) => await (await openStack(name)).outputs(),
};

/**
 * References of all that a rollback of any stack of the project may go back to: of those that are named, and
 * of every other one that is where these are, as review stacks.
 */
export async function releasedTo(
  named: readonly string[],
  stacks: Stacks = STACKS,
): Promise<string[]> {
  const others = named.some((name) => name !== LOCAL_STACK) ? await stacks.names() : [];
  const all = [...new Set([...named, ...others])];
  const released = await Promise.all(
    all.map((name) =>
      referencesOf(name, stacks).catch(async (error: unknown) => {
        // A sweep may have removed a review stack meanwhile. What can't be asked may need its image.
        if (named.includes(name) || (await stacks.names()).includes(name)) throw error;
        return [];
      }),
    ),
  );
  return released.flat();
}

async function referencesOf(name: string, stacks: Stacks): Promise<string[]> {
  const outputs = await stacks.outputs(name);
  const releases = (outputs["releases"]?.value ?? []) as readonly { readonly image: string }[];
  const live = [outputs["image"]?.value, outputs["verifiedImage"]?.value];
  return [...releases.map(({ image }) => image), ...live.filter((one) => typeof one === "string")];
}
