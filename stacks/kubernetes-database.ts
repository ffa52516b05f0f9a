import type * as pulumi from "@pulumi/pulumi";
import type { Database } from "../components/database-connection.ts";
import type { Cluster } from "../components/kubernetes/cluster.ts";
import { OutsideDatabase } from "../components/kubernetes/outside-database.ts";
import { PostgresStatefulSet } from "../components/kubernetes/postgres-stateful-set.ts";
import type { Owner } from "../components/labels.ts";
import type { KubernetesSettings } from "./settings.ts";

interface Place {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
}

/** The database that the settings name; an empty list where the app has none. */
export function kubernetesDatabase(
  name: string,
  place: Place,
  { database, images, dataGiB, storageClass }: KubernetesSettings,
): Database[] {
  switch (database.kind) {
    case "none":
      return [];
    case "container":
      return [
        new PostgresStatefulSet(
          name,
          {
            ...place,
            image: images.postgres,
            databaseName: database.name,
            ownerRole: database.user,
            password: database.password,
            protect: database.protect,
            dataGiB,
            storageClass,
          },
          place.cluster.options,
        ),
      ];
    case "managed":
      throw new Error("A managed database needs a cluster that is made at a cloud.");
    case "external":
      return [
        new OutsideDatabase(
          name,
          { ...place, ...database, image: images.postgres, databaseName: database.name },
          place.cluster.options,
        ),
      ];
  }
}
