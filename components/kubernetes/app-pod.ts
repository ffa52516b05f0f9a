import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type AppEnvironment, SECRETS_FOLDER } from "../app-environment.ts";
import type { Owner, Role } from "../labels.ts";
import type { PodProxy } from "./cloud-sql-sidecar.ts";
import { objectLabels } from "./kubernetes-labels.ts";
import { type AppSize, appResources } from "./pod-resources.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";

export interface AppPodArgs extends AppSize {
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  readonly image: string;
  readonly version: string;
  readonly environment: AppEnvironment;
  /** Object with the secrets of the environment. */
  readonly secretName: pulumi.Input<string>;
  /** What the app reaches its database through; undefined where it does so by itself. */
  readonly databaseProxy: PodProxy | undefined;
  /** User and group that the app runs as, whatever its image says: a number above 0. */
  readonly userId: number;
  /** Whether the app can write to `/tmp` alone. */
  readonly readOnlyRoot: boolean;
  /** How long work may take to finish after the app was told to end. */
  readonly drainSeconds: number;
}

export interface PodTemplate extends kubernetes.types.input.core.v1.PodTemplateSpec {
  readonly metadata: kubernetes.types.input.meta.v1.ObjectMeta;
}

type Container = Omit<kubernetes.types.input.core.v1.Container, "name">;

/** A pod of the app's image, with what every process of the app is given. */
export function appPod(
  role: Role,
  args: AppPodArgs,
  container: Container,
  pod: Partial<kubernetes.types.input.core.v1.PodSpec> = {},
): PodTemplate {
  return {
    metadata: { labels: objectLabels(args.owner, role, args.version) },
    spec: {
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      // Its names would be in the environment of every pod, beside the app's own.
      enableServiceLinks: false,
      securityContext: nonRoot(args.userId),
      ...beside(args.databaseProxy),
      containers: [
        {
          name: "app",
          image: args.image,
          env: variables(args),
          resources: appResources(args),
          securityContext: { ...NO_PRIVILEGES, readOnlyRootFilesystem: args.readOnlyRoot },
          // What it says last is in the error where it fails.
          terminationMessagePolicy: "FallbackToLogsOnError",
          ...container,
          volumeMounts: [
            { name: "tmp", mountPath: "/tmp" },
            ...(args.environment.files.length === 0
              ? []
              : [{ name: "secrets", mountPath: SECRETS_FOLDER, readOnly: true }]),
          ],
        },
      ],
      volumes: [{ name: "tmp", emptyDir: {} }, ...secretFiles(args)],
      ...pod,
    },
  };
}

const beside = (proxy: PodProxy | undefined) =>
  proxy === undefined ? {} : { initContainers: [proxy.container], hostAliases: proxy.hostAliases };

function variables({ environment, secretName }: AppPodArgs) {
  const plain = Object.entries(environment.plain).map(([name, value]) => ({ name, value }));
  const secret = Object.keys(environment.secrets).map((name) => ({
    name,
    valueFrom: { secretKeyRef: { name: secretName, key: name } },
  }));
  return [...plain, ...secret].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function secretFiles({ environment, secretName }: AppPodArgs) {
  if (environment.files.length === 0) return [];
  const items = environment.files.map(({ name }) => ({ key: name, path: name }));
  return [{ name: "secrets", secret: { secretName, items, defaultMode: 0o440 } }];
}
