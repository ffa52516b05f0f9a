import type { CloudSqlPostgres } from "../components/google/cloud-sql-postgres.ts";
import type { WorkloadAccount } from "../components/google/workload-account.ts";
import type { Cluster } from "../components/kubernetes/cluster.ts";
import { POD_ACCOUNT } from "../components/kubernetes/stack-namespace.ts";
import type { KubernetesSettings } from "./settings.ts";

interface CloudSql {
  readonly instance: CloudSqlPostgres;
  /** As which the pods connect to it. */
  readonly account: WorkloadAccount;
}

/**
 * A database at the cloud that the cluster is at, in its network; undefined where the settings want none. It
 * outlives the cluster. The SDK of a cloud is loaded by those alone who use it.
 */
export async function cloudSql(
  name: string,
  { cloud }: Cluster,
  { database, namespace, project, stack }: KubernetesSettings,
): Promise<CloudSql | undefined> {
  if (database.kind !== "managed" || cloud === undefined) return undefined;
  const { CloudSqlPostgres } = await import("../components/google/cloud-sql-postgres.ts");
  const { WorkloadAccount } = await import("../components/google/workload-account.ts");
  const account = new WorkloadAccount(`${name}-account`, {
    owner: { project, stack },
    cloud,
    namespace,
    serviceAccount: POD_ACCOUNT,
  });
  const place = { ...cloud, kind: "google", serviceAccount: account.email } as const;
  return { account, instance: new CloudSqlPostgres(name, { ...database, place }) };
}
