import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PROJECT } from "../project.ts";
import type { LabelledThing, Target } from "./target.ts";

const execute = promisify(execFile);

/** Containers, then the networks and the volumes that they use. */
export const docker: Target = {
  async things(stack) {
    return [
      ...(await list("container", stack, ["rm", "--force", "--volumes"])),
      ...(await list("network", stack, ["network", "rm"])),
      ...(await list("volume", stack, ["volume", "rm"])),
    ];
  },
  async removeBuilds(stack) {
    const format = "--format={{.Repository}}:{{.Tag}}";
    for (const image of await lines([
      "image",
      "ls",
      "--filter=dangling=false",
      format,
      ...labelFilters(stack),
    ])) {
      await execute("docker", ["image", "rm", "--no-prune", image]);
    }
  },
};

type Kind = "container" | "network" | "volume";

const COLUMNS: Record<Kind, string> = {
  container: "{{.ID}}\t{{.Names}}",
  network: "{{.ID}}\t{{.Name}}",
  // A volume is known by its name alone.
  volume: "{{.Name}}\t{{.Name}}",
};

async function list(kind: Kind, stack: string, removal: string[]): Promise<LabelledThing[]> {
  const found = await lines([
    kind,
    "ls",
    ...(kind === "container" ? ["--all"] : []),
    ...(kind === "volume" ? [] : ["--no-trunc"]),
    `--format=${COLUMNS[kind]}\t{{.Label "slipway.role"}}`,
    ...labelFilters(stack),
  ]);
  return found.map((line) => {
    const [id = "", name = "", role = ""] = line.split("\t");
    return {
      id,
      name,
      kind,
      role: roleOf(kind, role),
      remove: async () => void (await execute("docker", [...removal, id])),
    };
  });
}

function roleOf(kind: Kind, label: string): LabelledThing["role"] {
  // Configuration and static files are written again by whoever uses them.
  if (kind === "volume") return label === "database" ? "data" : "step";
  // A container with the label of an image is what a build runs its commands in.
  return ["step", "image"].includes(label) ? "step" : "resource";
}

const labelFilters = (stack: string) => [
  `--filter=label=slipway.project=${PROJECT}`,
  `--filter=label=slipway.stack=${stack}`,
];

async function lines(args: string[]): Promise<string[]> {
  const { stdout } = await execute("docker", args);
  return stdout.split("\n").filter(Boolean);
}
