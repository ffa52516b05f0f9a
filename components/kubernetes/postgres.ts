import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../labels.ts";
import { CONF_VARIABLE, postgresConf, sharedMemory } from "../postgres/conf.ts";
import type { Database, DatabaseConnection } from "../postgres/connection.ts";
import { HBA, HBA_FOLDER, HBA_PATH } from "../postgres/hba.ts";
import {
  type LoginArgs,
  loginConnection,
  loginScript,
  type PostgresAdmin,
} from "../postgres/login-script.ts";
import { type DatabaseSeed, seedArguments } from "../postgres/seed.ts";
import { AS_SUPERUSER } from "../postgres/session.ts";
import { POSTGRES_ENTRYPOINT } from "../postgres/start.ts";
import type { Cluster } from "./cluster.ts";
import type { RunningContainer } from "./cluster-steps.ts";
import { imageCheck } from "./image-check.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";
import { SKIP_AWAIT } from "./pod-life.ts";
import { databaseResources } from "./pod-resources.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";
import { AWAIT_DATABASE, SEED_DATABASE } from "./steps/definitions.ts";

export interface PostgresArgs extends LoginArgs {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  /** Image of Postgres 18. A change is a short gap. */
  readonly image: string;
  /** MiB that the server may use. A change is a short gap. */
  readonly memory: number;
  /** Size of the claim, which may grow where its storage class lets it. */
  readonly dataGiB: number;
  /** Undefined takes the cluster's default. */
  readonly storageClass: string | undefined;
  /** Whether the claim, and so the data, survives a destroy. */
  readonly protect: boolean;
  /** What is loaded into the database when it has nothing in it; undefined begins with nothing. */
  readonly seed: DatabaseSeed | undefined;
}

export const DATABASE_PORT = 5432;
/** User of the server in its image. */
const POSTGRES_USER = 999;
const CONTAINER = "postgres";

/**
 * Postgres in a pod that keeps its name, with its data on a claim of its own. Its superuser is reachable only
 * over the server's own socket. The app logs in as a role of its own for each password, which acts as the
 * owner of the database: a change of the password makes the next role, and the one before goes last.
 *
 * The claim survives everything but its own deletion, and, with `protect`, a destroy. One pod: when its node
 * goes, the database is away until the claim is at another.
 */
export class Postgres extends pulumi.ComponentResource implements Database {
  readonly connection: pulumi.Output<DatabaseConnection>;
  readonly data: pulumi.Output<string>;
  /** Where the server is. */
  readonly container: RunningContainer;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:Postgres", name, {}, opts);
    const { owner, namespace } = args;
    const child = { parent: this };
    const metadata = { name, namespace, labels: objectLabels(owner, "database") };
    const matchLabels = selector(owner, "database");

    const claim = new kubernetes.core.v1.PersistentVolumeClaim(
      `${name}-data`,
      {
        metadata: {
          ...metadata,
          // A fixed name: people look for their data by name, and it is found again if the state is lost.
          name: `${name}-data`,
        },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: `${args.dataGiB}Gi` } },
          ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
        },
      },
      { ...child, protect: args.protect },
    );
    const conf = new kubernetes.core.v1.ConfigMap(
      `${name}-conf`,
      {
        metadata: { namespace, labels: objectLabels(owner, "database") },
        immutable: true,
        data: { [HBA_FILE]: HBA },
      },
      child,
    );
    const service = new kubernetes.core.v1.Service(
      name,
      {
        metadata: { ...metadata, annotations: SKIP_AWAIT },
        spec: {
          selector: matchLabels,
          ports: [{ name: "postgres", port: DATABASE_PORT, targetPort: "postgres" }],
        },
      },
      child,
    );
    const image = imageCheck(
      `${name}-image`,
      { ...args, userId: POSTGRES_USER, setting: "postgres" },
      child,
    );
    const spec = serverPod(args, claim.metadata.name, conf.metadata.name);
    const server = new kubernetes.apps.v1.StatefulSet(
      name,
      {
        // Waited for by the step below, which says sooner why it is in vain.
        metadata: { ...metadata, annotations: SKIP_AWAIT },
        spec: {
          replicas: 1,
          serviceName: name,
          selector: { matchLabels },
          template: {
            metadata: { labels: objectLabels(owner, "database") },
            spec,
          },
        },
      },
      { ...child, dependsOn: [image] },
    );

    const ready = args.cluster.steps.step(
      `${name}-ready`,
      AWAIT_DATABASE,
      {
        namespace,
        name: server.metadata.name,
        claim: claim.metadata.name,
        uid: server.metadata.uid,
        spec,
      },
      child,
    );
    this.data = claim.metadata.uid;
    this.container = { namespace, pod: `${name}-0`, container: CONTAINER };
    const login = args.cluster.steps.runIn(
      this.container,
      `${name}-login`,
      loginScript({ ...SUPERUSER, data: this.data }, args),
      {
        ...child,
        dependsOn: [ready],
      },
    );
    if (args.seed !== undefined) {
      const { seed } = args;
      const words = seedArguments({ ...args, seed });
      args.cluster.steps.step(
        `${name}-seed`,
        SEED_DATABASE,
        { ...this.container, data: this.data, file: seed.file, words },
        { ...child, dependsOn: [login] },
      );
    }
    const host = service.metadata.name;
    this.connection = loginConnection(login, { host, port: DATABASE_PORT }, args);
    this.registerOutputs({ connection: this.connection });
  }
}

const HBA_FILE = HBA_PATH.slice(HBA_PATH.lastIndexOf("/") + 1);

function serverPod(
  args: PostgresArgs,
  claimName: pulumi.Input<string>,
  confName: pulumi.Input<string>,
): kubernetes.types.input.core.v1.PodSpec {
  const size = { memory: args.memory, diskGiB: args.dataGiB };
  // Over TCP, because while the image initialises the folder its server answers on the socket only.
  const answers = { exec: { command: ["pg_isready", "--quiet", "--host", "127.0.0.1"] } };
  return {
    serviceAccountName: args.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { ...nonRoot(POSTGRES_USER), fsGroupChangePolicy: "OnRootMismatch" },
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        name: CONTAINER,
        image: args.image,
        command: POSTGRES_ENTRYPOINT,
        args: ["postgres", "-c", `hba_file=${HBA_PATH}`],
        // "trust" only lets the image start without a superuser password: HBA decides who gets in.
        env: [
          { name: "POSTGRES_HOST_AUTH_METHOD", value: "trust" },
          { name: CONF_VARIABLE, value: postgresConf(size) },
        ],
        ports: [{ name: "postgres", containerPort: DATABASE_PORT }],
        startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 600, timeoutSeconds: 5 },
        readinessProbe: { ...answers, periodSeconds: 2, timeoutSeconds: 5 },
        livenessProbe: { ...answers, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
        resources: databaseResources(args.memory),
        securityContext: NO_PRIVILEGES,
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          // Postgres 18 images keep the data in a folder of the version below this one.
          { name: "data", mountPath: "/var/lib/postgresql" },
          { name: "conf", mountPath: HBA_FOLDER, readOnly: true },
          { name: "run", mountPath: "/var/run/postgresql" },
          { name: "tmp", mountPath: "/tmp" },
          { name: "shared", mountPath: "/dev/shm" },
        ],
      },
    ],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName } },
      { name: "conf", configMap: { name: confName } },
      { name: "run", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
      { name: "shared", emptyDir: { medium: "Memory", sizeLimit: `${sharedMemory(size)}Mi` } },
    ],
  };
}

/** In the server's own container, as the user of the server. */
const SUPERUSER: PostgresAdmin = {
  values: {},
  functions: `
${AS_SUPERUSER}
as_admin() {
  psql -qXAt -v ON_ERROR_STOP=1 "$@"
}
wait_until_ready() {
  tries=600
  until pg_isready --quiet --host 127.0.0.1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then echo "Postgres does not get ready; see its log." >&2; exit 1; fi
    sleep 0.2
  done
}
can_drop_logins() {
  :
}`,
};
