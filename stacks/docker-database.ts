import type * as pulumi from "@pulumi/pulumi";
import type { Database } from "../components/database-connection.ts";
import { ExternalDatabase } from "../components/docker/external-database.ts";
import { PostgresContainer } from "../components/docker/postgres-container.ts";
import type { Owner } from "../components/labels.ts";
import type { Machine } from "../components/machine/machine.ts";
import { managedDatabase } from "./managed-database.ts";
import type { Settings } from "./settings.ts";

export interface DatabasePlace {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
}

/** The database that the settings name; an empty list where the app has none. */
export async function dockerDatabase(
  name: string,
  place: DatabasePlace,
  settings: Settings,
): Promise<Database[]> {
  const { database, images } = settings;
  const on = place.machine.options;
  switch (database.kind) {
    case "none":
      return [];
    case "container":
      return [
        new PostgresContainer(
          name,
          {
            ...place,
            image: images.postgres,
            databaseName: database.name,
            ownerRole: database.user,
            password: database.password,
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
