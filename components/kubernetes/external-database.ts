import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, type Owner } from "../labels.ts";
import type { Database, DatabaseConnection, DatabaseTls } from "../postgres/connection.ts";
import { type ExternalPostgres, externalConnection } from "../postgres/external.ts";
import type { Cluster } from "./cluster.ts";
import { imageCheck } from "./image-check.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";

export interface ExternalDatabaseArgs extends ExternalPostgres {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
}

const CHECK_SECONDS = 120;
const FOLDER = "/run/secrets";
/** Any will do that is not root. */
const USER = 999;

/**
 * A Postgres outside of the cluster that somebody else runs, reached with TLS that is verified, certificate
 * and host name both. Makes nothing in it and deletes nothing: data, backups and roles are its owner's. A new
 * password works once it was set there; where both the old and the new one work at that moment, there is
 * no gap. The app's pods have to be let out to it: slipway:egress.
 */
export class ExternalDatabase extends pulumi.ComponentResource implements Database {
  readonly connection: pulumi.Output<DatabaseConnection>;
  readonly tls: DatabaseTls;

  constructor(name: string, args: ExternalDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:ExternalDatabase", name, {}, opts);
    const answers = this.#check(name, args);
    this.tls = { ca: args.ca };
    this.connection = externalConnection(args, answers);
    this.registerOutputs({ connection: this.connection });
  }

  /** Asks once for each password and place; the error has what psql said. */
  #check(name: string, args: ExternalDatabaseArgs): kubernetes.batch.v1.Job {
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: labels(args.owner, "step") };
    const image = imageCheck(
      `${name}-image`,
      { ...args, userId: USER, setting: "postgres" },
      child,
    );
    const login = new kubernetes.core.v1.Secret(
      `${name}-login`,
      {
        metadata,
        immutable: true,
        stringData: { pgpass: pulumi.secret(args.password).apply(passwordLine), ca: args.ca ?? "" },
      },
      child,
    );
    return new kubernetes.batch.v1.Job(
      `${name}-answers`,
      {
        metadata: { ...metadata, annotations: { "pulumi.com/replaceUnready": "true" } },
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: CHECK_SECONDS,
          template: {
            metadata: { labels: labels(args.owner, "step") },
            spec: {
              restartPolicy: "Never",
              serviceAccountName: args.serviceAccount,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: nonRoot(USER),
              containers: [
                {
                  name: "psql",
                  image: args.image,
                  command: ["sh", "-euc", ASK],
                  env: [
                    { name: "PGHOST", value: args.host },
                    { name: "PGPORT", value: String(args.port) },
                    { name: "PGDATABASE", value: args.databaseName },
                    { name: "PGUSER", value: args.user },
                    { name: "PGSSLMODE", value: "verify-full" },
                    {
                      name: "PGSSLROOTCERT",
                      value: args.ca === undefined ? "system" : `${FOLDER}/ca`,
                    },
                    { name: "PGCONNECT_TIMEOUT", value: "10" },
                  ],
                  resources: {
                    requests: { cpu: "25m", memory: "64Mi" },
                    limits: { memory: "128Mi" },
                  },
                  securityContext: NO_PRIVILEGES,
                  terminationMessagePolicy: "FallbackToLogsOnError",
                  volumeMounts: [
                    { name: "login", mountPath: FOLDER, readOnly: true },
                    { name: "tmp", mountPath: "/tmp" },
                  ],
                },
              ],
              volumes: [
                { name: "login", secret: { secretName: login.metadata.name, defaultMode: 0o440 } },
                { name: "tmp", emptyDir: {} },
              ],
            },
          },
        },
      },
      { ...child, dependsOn: [image], customTimeouts: { create: `${CHECK_SECONDS + 180}s` } },
    );
  }
}

/** psql takes a password file that nobody else can read. */
const ASK = `
umask 077
cp ${FOLDER}/pgpass /tmp/pgpass
PGPASSFILE=/tmp/pgpass psql -qXAt -c "SELECT 1" >/dev/null || {
  echo "The database $PGDATABASE at $PGHOST:$PGPORT did not let $PGUSER in over verified TLS; the reason is above" \\
    "(slipway:egress, databaseHost, databasePort, databaseName, databaseUser, databasePassword, databaseCa)."
  exit 1
}`;

const passwordLine = (password: string) =>
  `*:*:*:*:${password.replaceAll(/[\\:]/g, (character) => `\\${character}`)}\n`;
