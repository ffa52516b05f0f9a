import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { succeed } from "../../hosts/succeed.ts";
import { until } from "../until.ts";
import { Authority } from "./authority.ts";

export const POSTGRES_IMAGE =
  chosenTools().images === "offline" ? offlineImages.postgres : "postgres:18.6";
const SUPERUSER = "cloudadmin";

interface CloudPostgresArgs {
  /** Options of `docker create`: its network and address, and whose it is. */
  readonly options: readonly string[];
  readonly address: string;
  /** From where what ends TLS in front of it comes; undefined where nothing is. */
  readonly front?: string;
  /** A new folder, for its authority. */
  readonly folder: string;
  /** The role that the customer is given. */
  readonly administrator: string;
  readonly password: string;
}

/**
 * A Postgres as clouds run it: its administrator may make roles and databases and is no superuser, it logs
 * every statement, and over the network it speaks TLS only, but to what is in front of it.
 */
export class CloudPostgres {
  readonly address: string;
  readonly password: string;
  /** Certificate of its authority, PEM. */
  readonly ca: string;
  readonly #name = `slipway-test-${randomBytes(4).toString("hex")}`;

  private constructor({ address, password }: CloudPostgresArgs, ca: string) {
    this.address = address;
    this.password = password;
    this.ca = ca;
  }

  static async start(args: CloudPostgresArgs): Promise<CloudPostgres> {
    const authority = new Authority(args.folder, "the cloud's authority");
    const database = new CloudPostgres(args, authority.certificate);
    try {
      await database.#create(args, authority);
      const isReady = () =>
        database.sql("SELECT 1").then(
          () => true,
          () => false,
        );
      await until(isReady, "the database of a cloud answers", 60);
      const attributes = "LOGIN CREATEROLE CREATEDB NOSUPERUSER";
      const password = args.password.replaceAll("'", "''");
      await database.tell(`CREATE ROLE ${args.administrator} ${attributes} PASSWORD '${password}'`);
    } catch (error) {
      await database.remove();
      throw error;
    }
    return database;
  }

  /** What the cloud itself could ask. */
  async sql(statement: string, database = "postgres"): Promise<string> {
    const psql = ["psql", "-qXAt", "-h", "127.0.0.1", "-U", SUPERUSER, "-d", database];
    return await succeed("docker", ["exec", this.#name, ...psql, "-c", statement]);
  }

  /** The same for what no list of processes may show, and the server's log neither. */
  async tell(statement: string): Promise<void> {
    const psql = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", SUPERUSER];
    const input = `SET log_statement = 'none';\n${statement};\n`;
    await succeed("docker", ["exec", "--interactive", this.#name, ...psql, "-d", "postgres"], {
      input,
    });
  }

  /** What a role asks over the network. */
  async sqlAs(
    role: string,
    password: string,
    database: string,
    statement: string,
  ): Promise<string> {
    const connection = `host=${this.address} user=${role} dbname=${database} sslmode=require`;
    const psql = ["psql", "-qXAt", connection, "-c", statement];
    return await succeed("docker", [
      ...["exec", "--env", `PGPASSWORD=${password}`, this.#name, ...psql],
    ]);
  }

  /** Waits until the server does something for a role. */
  async untilBusy(role: string): Promise<void> {
    const count = `SELECT count(*) FROM pg_stat_activity WHERE usename = '${role}' AND state = 'active'`;
    await until(async () => (await this.sql(count)) !== "0", `the server is busy for ${role}`, 20);
  }

  /** Whether a role gets in over the network, with this password. */
  async logsIn(role: string, password: string, database: string): Promise<boolean> {
    try {
      await this.sqlAs(role, password, database, "SELECT 1");
      return true;
    } catch (error) {
      if (String(error).includes("password authentication failed")) return false;
      throw error;
    }
  }

  /** All that it has logged. */
  async log(): Promise<string> {
    return await succeed("sh", ["-c", `docker logs ${this.#name} 2>&1`]);
  }

  async remove(): Promise<void> {
    await succeed("docker", ["rm", "--force", "--volumes", this.#name]);
  }

  async #create({ options, address, front, folder }: CloudPostgresArgs, authority: Authority) {
    const files = join(folder, "server");
    const { key, certificate } = authority.issue("postgres", `IP:${address}`);
    mkdirSync(files);
    writeFileSync(join(files, "server.key"), key);
    writeFileSync(join(files, "server.pem"), certificate);
    writeFileSync(join(files, "hba.conf"), front === undefined ? HBA : `${HBA}${hbaOf(front)}`);
    const environment = [
      ...["--env", `POSTGRES_USER=${SUPERUSER}`, "--env", "POSTGRES_DB=postgres"],
      ...["--env", "POSTGRES_HOST_AUTH_METHOD=trust"],
    ];
    const settings = {
      ssl: "on",
      ssl_cert_file: "/server/server.pem",
      ssl_key_file: "/server/server.key",
      hba_file: "/server/hba.conf",
      log_statement: "all",
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // Postgres refuses a key that others than its user can read.
    const command =
      'chown -R postgres /server && chmod 600 /server/* && exec docker-entrypoint.sh postgres "$@"';
    const data = ["--tmpfs", "/var/lib/postgresql", "--entrypoint", "sh"];
    await succeed("docker", [
      ...["create", "--name", this.#name, ...options, ...data, ...environment],
      ...[POSTGRES_IMAGE, "-c", command, "sh", ...words],
    ]);
    await succeed("docker", ["cp", files, `${this.#name}:/server`]);
    await succeed("docker", ["start", this.#name]);
  }
}

const HBA = `
local   all all     trust
host    all ${SUPERUSER} 127.0.0.1/32 trust
hostssl all all all scram-sha-256
`;
const hbaOf = (front: string) => `host all all ${front}/32 scram-sha-256\n`;
