import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type AppEnvironment, assignments, SECRETS_FOLDER } from "../app-environment.ts";
import { labelList, labels, type Owner, type Role } from "../labels.ts";
import { type AppConfinementArgs, appConfinement, confined } from "./confinement.ts";
import { boundedLogs } from "./logs.ts";
import { madeAnew } from "./made-anew.ts";

export interface AppContainerArgs extends AppConfinementArgs {
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  readonly image: string;
  readonly version: string;
  readonly environment: AppEnvironment;
  /** Volume with the files of the environment; undefined where it has none. */
  readonly secretsVolume: pulumi.Input<string> | undefined;
  /** How long work may take to finish after the app was told to end. */
  readonly drainSeconds: number;
}

/** A container of the app's image, with what every process of the app is given. Publishes no port. */
export function appContainer(role: Role, args: AppContainerArgs): docker.ContainerArgs {
  const { environment } = args;
  return {
    image: args.image,
    labels: labelList(labels(args.owner, role, args.version)),
    envs: assignments(environment),
    ...(args.secretsVolume !== undefined && {
      volumes: [{ volumeName: args.secretsVolume, containerPath: SECRETS_FOLDER, readOnly: true }],
    }),
    networksAdvanced: [{ name: args.network }],
    restart: "unless-stopped",
    destroyGraceSeconds: args.drainSeconds,
    ...boundedLogs,
    ...confined(appConfinement(args)),
  };
}

/** How a container of the app is replaced. */
export const createBeforeDelete: pulumi.CustomResourceOptions = {
  // The provider deletes first by default, which is a gap.
  deleteBeforeReplace: false,
  // What comes up in the place of one that was stopped by hand is asked whether it is healthy, as every new one.
  ...madeAnew,
};
