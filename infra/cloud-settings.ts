import type { ConfigReader } from "./config-reader.ts";
import { SLUG } from "./patterns.ts";

/** Where at a cloud something is made, and how large; undefined is what is usual there for such a thing. */
export interface CloudSettings {
  readonly gcpProject: string | undefined;
  readonly region: string | undefined;
  readonly zone: string | undefined;
  readonly size: string | undefined;
}

export const GOOGLE_REGION = "europe-west3";

/** The keys that machines and clusters have in common. */
export function readCloud(reader: ConfigReader): CloudSettings {
  return {
    gcpProject: reader.optional("gcpProject", GCP_PROJECT, "the id of a Google Cloud project"),
    region: reader.optional("region", SLUG, "the name of a region"),
    zone: reader.optional("zone", ZONE, "a zone like europe-west3-a"),
    size: reader.optional("size", SLUG, "the name of a size"),
  };
}

interface GooglePlace {
  readonly project: string;
  readonly region: string;
  readonly zone: string;
}

/** The place in Google's cloud, where something needs one. */
export function googlePlace(
  reader: ConfigReader,
  { gcpProject, region = GOOGLE_REGION, zone = `${region}-a` }: CloudSettings,
  why: string,
): GooglePlace {
  if (gcpProject === undefined) reader.missing("gcpProject", why, "PROJECT");
  if (ZONE.test(zone) && !zone.startsWith(`${region}-`)) {
    reader.problem(
      `slipway:zone is "${zone}", which is not in the region "${region}".`,
      `pulumi config set zone ${region}-a`,
    );
  }
  return { project: gcpProject ?? "", region, zone };
}

const GCP_PROJECT = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const ZONE = /^[a-z]+-[a-z]+\d+-[a-z]$/;
