import type { Leftovers } from "../leftovers.ts";
import { PulumiProject } from "../pulumi-project.ts";
import type { Surroundings } from "./contender.ts";

/** `pulumi up` of a program with one `docker.Container`, as the provider's own examples have it. */
export async function containerInPlaceRelease(
  { network, environment }: Surroundings,
  port: number,
  leftovers: Leftovers,
): Promise<(image: string) => Promise<void>> {
  const envs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const project = await PulumiProject.make("container-in-place", program({ network, envs, port }), {
    packages: ["@pulumi/pulumi", "@pulumi/docker"],
    type: "module",
  });
  leftovers.add(() => project.remove());
  return (image) => project.up({ IMAGE: image });
}

const program = (args: { network: string; envs: string[]; port: number }) => `
import * as docker from "@pulumi/docker";

new docker.Container("app", {
  image: process.env.IMAGE,
  envs: ${JSON.stringify(args.envs)},
  ports: [{ internal: 3000, external: ${args.port}, ip: "127.0.0.1" }],
  networksAdvanced: [{ name: ${JSON.stringify(args.network)} }],
  destroyGraceSeconds: 30,
});
`;
