import { ZONE } from "../cloud.ts";
import type { Context } from "./context.ts";

interface GooglePlace {
  readonly project: string;
  readonly region: string;
  readonly zone: string;
}

/** The place in Google's cloud. */
export function googlePlace({ values, problem }: Context): GooglePlace {
  const { gcpProject, region, zone } = values;
  if (ZONE.test(zone) && !zone.startsWith(`${region}-`)) {
    problem({
      setting: "zone",
      text: `slipway:zone is "${zone}", which is not in the region "${region}".`,
      command: `pulumi config set zone ${region}-a`,
    });
  }
  return { project: gcpProject ?? "", region, zone };
}
