import { type Clone, docker } from "./clone.ts";

/** Containers, networks and volumes of a clone's stack that its state does not have. */
export async function unrecordedThings(clone: Clone): Promise<string[]> {
  const { output } = await clone.pulumi(["stack", "export"]);
  const { resources = [] } = JSON.parse(output.slice(output.indexOf("{"))).deployment;
  const recorded = new Set(resources.map(({ id }: { id?: string }) => id));
  const label = `--filter=label=slipway.stack=${clone.stack}`;
  return [
    ...lines(docker("ps", "--all", "--no-trunc", "--format={{.ID}} {{.Names}}", label)),
    ...lines(docker("network", "ls", "--no-trunc", "--format={{.ID}} {{.Name}}", label)),
    ...lines(docker("volume", "ls", "--format={{.Name}} {{.Name}}", label)),
  ].filter((line) => !recorded.has(line.split(" ")[0]));
}

const lines = (text: string) => text.split("\n").filter(Boolean);
