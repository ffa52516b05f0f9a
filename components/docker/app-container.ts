import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type AppEnvironment, assignments } from "../app-environment.ts";
import { labelList, labels, type Owner, type Role } from "../labels.ts";
import { boundedLogs } from "./logs.ts";

export interface AppContainerArgs {
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  readonly image: string;
  readonly version: string;
  readonly environment: AppEnvironment;
  /** How long work may take to finish after the app was told to end. */
  readonly drainSeconds: number;
  /** Cores that the container may use; undefined is no limit. */
  readonly cpu: string | undefined;
  /** MiB that the container may use; undefined is no limit. */
  readonly memory: number | undefined;
}

/** A container of the app's image, with what every process of the app is given. Publishes no port. */
export function appContainer(role: Role, args: AppContainerArgs): docker.ContainerArgs {
  const { environment, memory, cpu } = args;
  return {
    image: args.image,
    labels: labelList(labels(args.owner, role, args.version)),
    envs: assignments(environment),
    uploads: environment.files.map(({ path, content }) => ({ file: path, content })),
    networksAdvanced: [{ name: args.network }],
    restart: "unless-stopped",
    destroyGraceSeconds: args.drainSeconds,
    ...boundedLogs,
    ...(cpu === undefined ? {} : { cpus: cpu }),
    // Without the same limit for memory and swap, the engine doubles what may be used, and reports it back.
    ...(memory === undefined ? {} : { memory, memorySwap: memory }),
  };
}

/** How a container of the app is replaced. */
export const besideTheOld: pulumi.CustomResourceOptions = {
  // The provider deletes first by default, which is a gap.
  deleteBeforeReplace: false,
  // One that was stopped by hand is not started again but replaced: what comes up is asked whether it
  // is healthy, as every new one is. Limits are looked at when a container is made.
  replaceOnChanges: ["mustRun", "memory", "memorySwap"],
};
