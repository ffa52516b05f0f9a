import { describe, expect, test } from "vitest";
import { holdsData, takesAllWithIt } from "../../../../ops/preview/data.ts";

const VOLUME = "docker:index/volume:Volume";
const withRole = (...roles: string[]) => ({
  labels: roles.map((value) => ({ label: "slipway.role", value })),
});

describe("Data is held by", () => {
  test.each([
    "digitalocean:index/databaseCluster:DatabaseCluster",
    "digitalocean:index/databaseDb:DatabaseDb",
    "digitalocean:index/volume:Volume",
    "gcp:compute/disk:Disk",
    "gcp:sql/database:Database",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "kubernetes:core/v1:PersistentVolumeClaim",
  ])("each %s", (type) => {
    expect(holdsData({ type, inputs: {} })).toBe(true);
  });

  test("a volume of Docker that is labelled as the database's, and no other", () => {
    expect(holdsData({ type: VOLUME, inputs: withRole("database") })).toBe(true);
    expect(holdsData({ type: VOLUME, inputs: withRole("ingress") })).toBe(false);
    const other = { labels: [{ label: "team.role", value: "database" }] };
    expect(holdsData({ type: VOLUME, inputs: other })).toBe(false);
    expect(holdsData({ type: VOLUME, inputs: {} })).toBe(false);
  });

  test("no container, whatever its labels say", () => {
    const type = "docker:index/container:Container";
    expect(holdsData({ type, inputs: withRole("database") })).toBe(false);
  });
});

test("A cluster and a namespace take all with them that is in them", () => {
  const types = [
    "gcp:container/cluster:Cluster",
    "kubernetes:core/v1:Namespace",
    "gcp:container/nodePool:NodePool",
  ];
  expect(types.map(takesAllWithIt)).toEqual([true, true, false]);
});
