import type { TestHost } from "../../hosts/test-host.ts";

/** Containers of a stack that have a role, by their full ids, those that have ended included. */
export async function containersOn(
  host: TestHost,
  stack: string,
  role: "web" | "ingress" | "database" | "step",
): Promise<string[]> {
  const labels = [`slipway.stack=${stack}`, `slipway.role=${role}`];
  const filters = labels.map((label) => `--filter=label=${label}`);
  return lines(await host.docker(["ps", "--all", "--quiet", "--no-trunc", ...filters]));
}

/** Containers, volumes and networks on a host that are not Docker's own, and the images of a stack. */
export async function thingsOn(host: TestHost, stack: string): Promise<string[]> {
  const lists = {
    container: ["ps", "--all", "--format={{.Names}}"],
    volume: ["volume", "ls", "--format={{.Name}}"],
    network: ["network", "ls", "--filter=type=custom", "--format={{.Name}}"],
    image: ["image", "ls", "--format={{.Repository}}:{{.Tag}}", `slipway-${stack}/app`],
    "built image": ["image", "ls", "--quiet", `--filter=label=slipway.stack=${stack}`],
  };
  const found = Object.entries(lists).map(async ([kind, list]) =>
    lines(await host.docker(list)).map((name) => `${kind} ${name}`),
  );
  return (await Promise.all(found)).flat();
}

export const lines = (text: string) => text.split("\n").filter(Boolean);
