import * as pulumi from "@pulumi/pulumi";
import type {
  AppRelease,
  ContainerDatabase,
  DockerSettings,
  DropletHost,
  GceHost,
  KubernetesSettings,
  ManagedDatabase,
} from "../../../stacks/settings.ts";

/** Every one has what a shell, a URL or a JSON text could trip over. */
export const SECRETS = {
  databasePassword: "pass'word of the $DATABASE",
  appSecret: 'key `id` of "the app"',
  buildSecret: "token 'of' $THE registry",
  previousAppSecret: "key \\ before this one",
} as const;

/** Nginx on this machine, for every host, without TLS. */
export const INGRESS: DockerSettings["ingress"] = {
  bindAddress: "127.0.0.1",
  httpPort: 8080,
  httpsPort: 8443,
  domain: undefined,
  tls: { kind: "off" },
  pathPrefix: "/",
  staticPrefix: "/",
  staticFallback: undefined,
  bodyMiB: 10,
  readSeconds: 60,
  rateLimits: {},
  trustedProxies: [],
};

/** What a test wants otherwise than in the example. */
interface Changes {
  readonly app?: Partial<DockerSettings["app"]>;
  readonly database?: DockerSettings["database"];
  readonly containerDatabase?: Partial<ContainerDatabase>;
  readonly ingress?: Partial<DockerSettings["ingress"]>;
  readonly ingressOf?: DockerSettings["ingressOf"];
  readonly ingressShared?: boolean;
}

export function exampleSettings(changes: Changes = {}): DockerSettings {
  return {
    project: "slipway",
    stack: "test",
    target: "docker",
    ingressShared: changes.ingressShared ?? false,
    ingressOf: changes.ingressOf,
    review: undefined,
    host: { kind: "local" },
    ingress: { ...INGRESS, ...changes.ingress },
    build: {
      ...{ appPath: "app", dockerfile: "Dockerfile", target: undefined, args: {} },
      secrets: { token: pulumi.secret(SECRETS.buildSecret) },
      secretFiles: {
        path: "build",
        folder: () => "build",
        save: (name, content) => pulumi.output(content).apply(() => `build/${name}`),
      },
    },
    app: {
      image: undefined,
      version: undefined,
      build: true,
      port: 3000,
      healthPath: "/readyz",
      versionPath: "/version",
      staticPath: "/app/public",
      migrateCommand: "node src/migrate.ts",
      processes: {},
      env: { LOG_LEVEL: "info" },
      secrets: {},
      secretsAs: "files",
      secret: pulumi.secret(SECRETS.appSecret),
      previousSecret: pulumi.secret(SECRETS.previousAppSecret),
      replicas: 1,
      cpu: undefined,
      memory: undefined,
      privileges: "limited",
      readOnlyRoot: false,
      ...changes.app,
    },
    database: changes.database ?? {
      kind: "container",
      name: "app",
      user: "app",
      password: pulumi.secret(SECRETS.databasePassword),
      memory: 1024,
      protect: true,
      dumpsKept: 5,
      seed: undefined,
      ...changes.containerDatabase,
    },
    images: {
      postgres: "postgres:18.6",
      nginx: "nginx:1.30.6",
      lego: "goacme/lego:v4.35.2",
      ingressController: "nginx/nginx-ingress:5.5.4",
      cloudSqlProxy: "cloud-sql-proxy:2",
    },
    imagesKept: 5,
    registry: undefined,
    sshFiles: {
      path: "ssh",
      folder: () => "ssh",
      save: (name, content) => pulumi.output(content).apply(() => `ssh/${name}`),
    },
    seconds: { health: 60, migrate: 600, drain: 30, ready: 300 },
  };
}

/** What a machine that is made has, at any cloud. */
export const MADE = {
  size: "small",
  image: "debian",
  sshSources: ["203.0.113.0/24"],
  dataGiB: 10,
  dns: undefined,
  protect: true,
};
export const DROPLET: DropletHost = { kind: "droplet", ...MADE, region: "fra1", token: undefined };
export const GCE: GceHost = {
  kind: "gce",
  ...MADE,
  region: "europe-west3",
  project: "acme-dev",
  zone: "europe-west3-a",
};

/** What a cloud runs beside a machine or a cluster that is made there. */
export function managedDatabase(chosen: Partial<ManagedDatabase> = {}): ManagedDatabase {
  return {
    kind: "managed",
    name: "shop",
    user: "shop",
    password: pulumi.secret(SECRETS.databasePassword),
    size: "db-small",
    nodes: 1,
    protect: true,
    ...chosen,
  };
}

/** A cluster that is there, and a controller of the stack's own. */
export function clusterSettings(changes: Partial<KubernetesSettings> = {}): KubernetesSettings {
  const { project, stack, build, app, database, images, imagesKept, registry, seconds } =
    exampleSettings();
  const { bindAddress, httpPort, httpsPort, ...ingress } = INGRESS;
  return {
    ...{ ingressShared: false, review: undefined },
    ...{
      project,
      stack,
      build,
      app: { ...app, build: false, replicas: 2, readOnlyRoot: true },
      database,
      images,
    },
    ...{ imagesKept, registry, seconds },
    target: "kubernetes",
    cluster: {
      kind: "existing",
      kubeconfig: pulumi.secret(KUBECONFIG),
      server: "https://cluster.example",
    },
    namespace: "slipway-test",
    ingress: { ...ingress, domain: "shop.example" },
    ingressClass: undefined,
    ingressNamespace: undefined,
    ingressAnnotations: {},
    maxReplicas: undefined,
    userId: 1000,
    egress: [],
    dataGiB: 10,
    storageClass: undefined,
    kubeFiles: {
      path: "kube",
      folder: () => "kube",
      save: (name, content) => pulumi.output(content).apply(() => `kube/${name}`),
    },
    runStep: async () => {},
    ...changes,
  };
}

const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "it",
  clusters: [{ name: "it", cluster: { server: "https://cluster.example" } }],
  users: [{ name: "it", user: { token: "a token for the cluster" } }],
  contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
});

export const BUILT: AppRelease = {
  rollbackOf: undefined,
  sequence: undefined,
  before: [],
  migrates: true,
  version: "abc123abc123",
  from: {
    context: "app",
    stage: "true",
    dockerfile: "Dockerfile",
    target: "run",
    args: { NODE_IMAGE: "node:24" },
    key: "0123456789ab",
    commit: "abc123abc123",
  },
};

export const PULLED: AppRelease = {
  rollbackOf: undefined,
  sequence: undefined,
  before: [],
  migrates: true,
  version: "1.2.3",
  from: { reference: "registry.example/app:1.2.3" },
};
