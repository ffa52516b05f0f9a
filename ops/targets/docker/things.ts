import type { LabelledThing } from "../target.ts";
import { printed, type Reach } from "./reach.ts";

type Kind = "container" | "network" | "volume";

const ROLE = '{{.Label "slipway.role"}}';
const LIST: Record<Kind, string> = {
  container: `docker container ls --all --no-trunc --format '{{.ID}}\t{{.Names}}\t${ROLE}\t{{.State}}\t{{.Networks}}'`,
  network: `docker network ls --no-trunc --format '{{.ID}}\t{{.Name}}\t${ROLE}'`,
  // A volume is known by its name alone.
  volume: `docker volume ls --format '{{.Name}}\t{{.Name}}\t${ROLE}'`,
};
/** States of a container that is not at work, and that nothing but a person brings back. */
const DOWN = ["created", "exited", "dead"];
const REMOVE: Record<Kind, string> = {
  container: "docker rm --force --volumes",
  network: "docker network rm",
  volume: "docker volume rm",
};

/** Containers, then the networks and the volumes that they use. */
export async function things(host: Reach, filters: string): Promise<LabelledThing[]> {
  const kinds = Object.keys(LIST) as Kind[];
  const lists = await Promise.all(kinds.map((kind) => list(host, kind, filters)));
  return lists.flat();
}

async function list(host: Reach, kind: Kind, filters: string): Promise<LabelledThing[]> {
  const output = await printed(host.take(`${LIST[kind]} ${filters}`));
  return linesOf(output).map((line) => {
    const [id = "", name = "", role = "", state = "", networks] = line.split("\t");
    return {
      id,
      name,
      kind,
      role: roleOf(kind, role),
      runs: !DOWN.includes(state),
      ...(networks !== undefined && { networks: networks.split(",") }),
      remove: async () => void (await printed(host.take(`${REMOVE[kind]} "$1"`, [id]))),
    };
  });
}

function roleOf(kind: Kind, label: string): LabelledThing["role"] {
  // Configuration and static files are written again by whoever uses them.
  if (kind === "volume") return label === "database" ? "data" : "step";
  if (label === "one-off") return label;
  // A container with the label of an image is what a build runs its commands in.
  return ["step", "image"].includes(label) ? "step" : "resource";
}

export const linesOf = (text: string) => text.split("\n").filter(Boolean);
