import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded, OWNER } from "./owner.ts";
import { succeed } from "./succeed.ts";

export const OWNER_LABEL = "slipway.test.owner";

/** How folders of this process begin; they have no labels. */
export const FOLDER_PREFIX = join(tmpdir(), `slipway-host-${OWNER}-`);

interface Kind {
  readonly list: readonly string[];
  readonly name: string;
  readonly remove: readonly string[];
}

/** In the order in which Docker lets go of them. */
const KINDS: readonly Kind[] = [
  { list: ["ps", "--all"], name: "{{.Names}}", remove: ["rm", "--force", "--volumes"] },
  { list: ["volume", "ls"], name: "{{.Name}}", remove: ["volume", "rm", "--force"] },
  { list: ["network", "ls"], name: "{{.Name}}", remove: ["network", "rm"] },
];

/** Options of `docker ... create` for what this process makes. */
export function labelled(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries({ [OWNER_LABEL]: OWNER, ...labels }).map(
    ([name, value]) => `--label=${name}=${value}`,
  );
}

/** Containers, volumes and networks with a label, as `NAME` or `NAME=VALUE`. */
export async function namesLabelled(label: string): Promise<string[]> {
  const names = await Promise.all(KINDS.map((kind) => namesOf(kind, label)));
  return names.flat();
}

export async function removeLabelled(label: string): Promise<void> {
  for (const kind of KINDS) {
    const names = await namesOf(kind, label);
    if (names.length > 0) await succeed("docker", [...kind.remove, ...names]);
  }
}

/** Removes what runs that were killed have left behind. */
export async function removeLeftovers(): Promise<void> {
  for (const owner of new Set(await owners())) {
    if (hasEnded(owner)) await removeLabelled(`${OWNER_LABEL}=${owner}`);
  }
  for (const folder of readdirSync(tmpdir())) {
    const owner = /^slipway-host-(\d+-\d+-\d+)-/.exec(folder)?.[1];
    if (owner !== undefined && hasEnded(owner)) {
      rmSync(join(tmpdir(), folder), { recursive: true, force: true });
    }
  }
}

async function owners(): Promise<string[]> {
  const format = `{{.Label "${OWNER_LABEL}"}}`;
  const found = await Promise.all(KINDS.map((kind) => ask(kind, OWNER_LABEL, format)));
  return found.flat();
}

async function namesOf(kind: Kind, label: string): Promise<string[]> {
  return await ask(kind, label, kind.name);
}

async function ask(kind: Kind, label: string, format: string): Promise<string[]> {
  const options = [`--filter=label=${label}`, `--format=${format}`];
  const lines = await succeed("docker", [...kind.list, ...options]);
  return lines.split("\n").filter(Boolean);
}
