import { PostgresLogin } from "../components/docker/postgres-login.ts";
import type { Database } from "../components/postgres/connection.ts";
import type { PostgresServer } from "../components/postgres/server.ts";
import type { DatabasePlace } from "./database-place.ts";
import type { ManagedDatabase, Settings } from "./settings.ts";

/** A database at the cloud that the machine is at. It outlives the machine; the app's login is made from there. */
export async function managedDatabase(
  name: string,
  place: DatabasePlace,
  database: ManagedDatabase,
  settings: Settings,
): Promise<Database> {
  return new PostgresLogin(
    `${name}-login`,
    {
      ...place,
      image: settings.images.postgres,
      server: await managedServer(name, place, database, settings),
      databaseName: database.name,
      ownerRole: database.user,
      password: database.password,
      readySeconds: settings.seconds.ready,
    },
    place.machine.options,
  );
}

/** The server that the cloud runs. The SDK of a cloud is loaded by those alone who use it. */
async function managedServer(
  name: string,
  { machine, owner, network }: DatabasePlace,
  chosen: ManagedDatabase,
  { images }: Settings,
): Promise<PostgresServer> {
  switch (machine.cloud?.kind) {
    case "digitalocean": {
      const { DigitaloceanPostgres } = await import(
        "../components/digitalocean/digitalocean-postgres.ts"
      );
      return new DigitaloceanPostgres(name, { ...chosen, place: machine.cloud }).server;
    }
    case "google": {
      const { CloudSqlPostgres } = await import("../components/google/cloud-sql-postgres.ts");
      const { CloudSqlProxy } = await import("../components/docker/cloud-sql-proxy.ts");
      const instance = new CloudSqlPostgres(name, { ...chosen, place: machine.cloud });
      const image = images.cloudSqlProxy;
      return new CloudSqlProxy(
        `${name}-proxy`,
        { machine, owner, network, image, instance },
        machine.options,
      ).server;
    }
    case undefined:
      throw new Error("A managed database needs a machine that is made at a cloud.");
  }
}
