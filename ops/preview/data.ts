/** Types of things that hold what nothing else has. Deleting one deletes that. */
const DATA = [
  "digitalocean:index/databaseCluster:DatabaseCluster",
  "digitalocean:index/databaseDb:DatabaseDb",
  "digitalocean:index/volume:Volume",
  "gcp:compute/disk:Disk",
  "gcp:sql/database:Database",
  "gcp:sql/databaseInstance:DatabaseInstance",
  "kubernetes:core/v1:PersistentVolumeClaim",
];

/** Types of things that take all with them that is in them. */
const HOLDERS = ["gcp:container/cluster:Cluster", "kubernetes:core/v1:Namespace"];

interface Thing {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Whether it holds data itself. Volumes of configuration and static files are written again. */
export function holdsData({ type, inputs }: Thing): boolean {
  if (type !== "docker:index/volume:Volume") return DATA.includes(type);
  const labels = Array.isArray(inputs["labels"]) ? inputs["labels"] : [];
  return labels.some(({ label, value }) => label === "slipway.role" && value === "database");
}

export const takesAllWithIt = (type: string) => HOLDERS.includes(type);
