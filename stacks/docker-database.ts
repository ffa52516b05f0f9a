import { ExternalDatabase } from "../components/docker/external-database.ts";
import { Postgres } from "../components/docker/postgres.ts";
import type { Database } from "../components/postgres/connection.ts";
import type { DatabasePlace } from "./database-place.ts";
import { managedDatabase } from "./managed-database.ts";
import type { DockerSettings } from "./settings.ts";

/** The database that the settings name; an empty list where the app has none. */
export async function dockerDatabase(
  name: string,
  place: DatabasePlace,
  settings: DockerSettings,
): Promise<Database[]> {
  const { database, host, images } = settings;
  // A server that is there has a disk of its own.
  const diskGiB = "dataGiB" in host ? host.dataGiB : undefined;
  const on = place.machine.options;
  switch (database.kind) {
    case "none":
      return [];
    case "container":
      return [
        new Postgres(
          name,
          {
            ...place,
            image: images.postgres,
            databaseName: database.name,
            ownerRole: database.user,
            password: database.password,
            size: { memory: database.memory, diskGiB },
            protect: database.protect,
            seed: database.seed,
          },
          on,
        ),
      ];
    case "managed":
      return [await managedDatabase(name, place, database, settings)];
    case "external":
      return [
        new ExternalDatabase(
          name,
          { ...place, ...database, image: images.postgres, databaseName: database.name },
          on,
        ),
      ];
  }
}
