import type * as pulumi from "@pulumi/pulumi";
import type { CloudSqlPostgres } from "../components/google/cloud-sql-postgres.ts";
import { CloudSqlLogin } from "../components/kubernetes/cloud-sql-login.ts";
import type { PodProxy } from "../components/kubernetes/cloud-sql-sidecar.ts";
import type { Cluster } from "../components/kubernetes/cluster.ts";
import type { RunningContainer } from "../components/kubernetes/cluster-steps.ts";
import { ExternalDatabase } from "../components/kubernetes/external-database.ts";
import { Postgres } from "../components/kubernetes/postgres.ts";
import type { Owner } from "../components/labels.ts";
import type { Database } from "../components/postgres/connection.ts";
import type { KubernetesSettings } from "./settings.ts";

interface Place {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  /** The instance at the cloud, where the settings want a managed one. */
  readonly instance: CloudSqlPostgres | undefined;
}

interface ClusterDatabase extends Database {
  readonly proxy?: PodProxy;
  /** Where the server is; undefined where somebody else runs it. */
  readonly container?: RunningContainer;
}

/** The database that the settings name; an empty list where the app has none. */
export function kubernetesDatabase(
  name: string,
  { instance, ...place }: Place,
  { database, images, dataGiB, storageClass, seconds }: KubernetesSettings,
): ClusterDatabase[] {
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
            protect: database.protect,
            seed: database.seed,
            memory: database.memory,
            dataGiB,
            storageClass,
          },
          place.cluster.options,
        ),
      ];
    case "managed":
      if (instance === undefined) {
        throw new Error("A managed database needs a cluster that is made at a cloud.");
      }
      return [
        new CloudSqlLogin(
          `${name}-login`,
          {
            ...place,
            instance,
            image: images.postgres,
            proxyImage: images.cloudSqlProxy,
            databaseName: database.name,
            ownerRole: database.user,
            password: database.password,
            readySeconds: seconds.ready,
          },
          place.cluster.options,
        ),
      ];
    case "external":
      return [
        new ExternalDatabase(
          name,
          { ...place, ...database, image: images.postgres, databaseName: database.name },
          place.cluster.options,
        ),
      ];
  }
}
