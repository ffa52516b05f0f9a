import type { GkeCluster } from "../stacks/settings.ts";
import { type CloudSettings, googlePlace } from "./cloud-settings.ts";
import type { ConfigReader } from "./config-reader.ts";

interface GkeContext {
  readonly cloud: CloudSettings;
  readonly protect: boolean;
  /** Whether such a cluster is made; where it is not, nothing of it can be missing. */
  readonly needed: boolean;
}

/** The keys of a cluster that is made at Google. */
export function readGke(reader: ConfigReader, { cloud, protect, needed }: GkeContext): GkeCluster {
  const mode = reader.oneOf("clusterMode", ["autopilot", "standard"]);
  const login = reader.oneOf("clusterLogin", ["exec", "token"]);
  const count = reader.optionalInteger("nodes", 1, 100);
  const made = { kind: "gke", login, protect } as const;
  if (!needed) return { ...made, project: "", region: "", zonal: undefined };

  const { project, region, zone } = googlePlace(reader, cloud, 'cluster is "gke"');
  if (mode === "standard") {
    const zonal = { zone, size: cloud.size ?? USUAL_SIZE, count: count ?? USUAL_COUNT };
    return { ...made, project, region, zonal };
  }
  refuseNodes(reader, { size: cloud.size, nodes: count, zone: cloud.zone });
  return { ...made, project, region, zonal: undefined };
}

/** Google decides about them, and who set one of these believes otherwise. */
function refuseNodes(reader: ConfigReader, given: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    reader.problem(
      `slipway:${key} is set, but on Autopilot the nodes are Google's (slipway:clusterMode).`,
      `pulumi config rm ${key}`,
    );
  }
}

/** Two nodes, so that one of them can go. */
const USUAL_COUNT = 2;
const USUAL_SIZE = "e2-standard-2";
