import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CloudSqlPostgres } from "../google/cloud-sql-postgres.ts";
import { labels, type Owner } from "../labels.ts";
import type { Database, DatabaseConnection } from "../postgres/connection.ts";
import {
  type LoginArgs,
  loginConnection,
  loginScript,
  type PostgresAdmin,
} from "../postgres/login-script.ts";
import { AS_SUPERUSER } from "../postgres/session.ts";
import {
  cloudSqlEgress,
  cloudSqlSidecar,
  type PodProxy,
  PROXY_HOST,
  PROXY_PORT,
} from "./cloud-sql-sidecar.ts";
import type { Cluster } from "./cluster.ts";
import { objectLabels } from "./kubernetes-labels.ts";
import { APP_PODS } from "./network-policies.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";

export interface CloudSqlLoginArgs extends LoginArgs {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  /** Whose pods may connect to the instance. */
  readonly serviceAccount: pulumi.Input<string>;
  /** Image with psql of Postgres 18. */
  readonly image: string;
  /** Image of the Cloud SQL Auth Proxy 2. A change rolls the app's pods. */
  readonly proxyImage: string;
  readonly instance: Pick<CloudSqlPostgres, "address" | "connectionName" | "password">;
  /** How long the instance may take to let its administrator in. */
  readonly readySeconds: number;
}

/** Any will do that is not root. */
const USER = 999;
const CONTAINER = "psql";

/**
 * The app's database on a Cloud SQL instance, as the pods of a cluster reach it: each through a proxy of its
 * own. The login is made in a pod that is there for as long as that takes: for each password a role, which acts
 * as the owner, as in a Postgres of ours. The instance's administrator is used for that alone, and its password
 * is in no object of the cluster.
 *
 * Deleting it drops the login, and neither the database nor its owner.
 */
export class CloudSqlLogin extends pulumi.ComponentResource implements Database {
  readonly connection: pulumi.Output<DatabaseConnection>;
  /** For every pod that is to use the connection. */
  readonly proxy: PodProxy;
  readonly data: pulumi.Output<string>;

  constructor(name: string, args: CloudSqlLoginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:CloudSqlLogin", name, {}, opts);
    const { owner, namespace, instance } = args;
    const child = { parent: this };
    this.data = instance.connectionName;
    this.proxy = cloudSqlSidecar(args.proxyImage, instance.connectionName);

    const policy = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-network`,
      {
        metadata: { namespace, labels: labels(owner, "network") },
        spec: {
          podSelector: APP_PODS,
          policyTypes: ["Egress"],
          egress: cloudSqlEgress(pulumi.interpolate`${instance.address}/32`),
        },
      },
      child,
    );
    const client = new kubernetes.core.v1.PodTemplate(
      `${name}-client`,
      {
        metadata: {
          // A fixed name: steps and commands find it by that.
          name: `${name}-client`,
          namespace,
          labels: objectLabels(owner, "database"),
        },
        template: clientPod(args, this.proxy),
      },
      child,
    );
    const made = { namespace, template: client.metadata.name, container: CONTAINER };
    const login = args.cluster.steps.runInNew(made, name, loginScript(administrator(args), args), {
      ...child,
      dependsOn: [client, policy],
    });
    this.connection = loginConnection(login, { host: PROXY_HOST, port: PROXY_PORT }, args);
    this.registerOutputs({ connection: this.connection });
  }
}

/** A pod that waits to be told, and is over by itself where whoever made it was killed. */
function clientPod(
  args: CloudSqlLoginArgs,
  proxy: PodProxy,
): kubernetes.types.input.core.v1.PodTemplateSpec {
  return {
    metadata: { labels: objectLabels(args.owner, "step") },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: args.readySeconds + LOGIN_SECONDS,
      terminationGracePeriodSeconds: 0,
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: nonRoot(USER),
      initContainers: [proxy.container],
      hostAliases: proxy.hostAliases,
      containers: [
        {
          name: CONTAINER,
          image: args.image,
          command: ["sleep", "infinity"],
          resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { memory: "128Mi" } },
          securityContext: NO_PRIVILEGES,
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "tmp", emptyDir: {} }],
    },
  };
}

/** For the pod to get to a node, and for the login itself. */
const LOGIN_SECONDS = 600;

function administrator({ instance, readySeconds }: CloudSqlLoginArgs): PostgresAdmin {
  return {
    data: instance.connectionName,
    values: {
      PGHOST: PROXY_HOST,
      PGPORT: String(PROXY_PORT),
      PGDATABASE: "postgres",
      PGUSER: "postgres",
      PGPASSWORD: instance.password,
      // The proxy does that, and does it better.
      PGSSLMODE: "disable",
      SECONDS_ALLOWED: String(readySeconds),
    },
    functions: `
export PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGSSLMODE PGCONNECT_TIMEOUT=10
${AS_SUPERUSER}
as_admin() {
  psql -qXAt -v ON_ERROR_STOP=1 "$@"
}
wait_until_ready() {
  deadline=$(($(date +%s) + SECONDS_ALLOWED))
  until said=$(psql -qXAt -c "SELECT 1" 2>&1); do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "The Cloud SQL instance did not let its administrator in through the proxy within" \\
        "$SECONDS_ALLOWED seconds (slipway:readySeconds). The last try: $said" >&2
      exit 1
    fi
    sleep 2
  done
}
can_drop_logins() {
  :
}`,
  };
}
