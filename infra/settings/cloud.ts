import { SLUG } from "../patterns.ts";
import { byCloud } from "./chosen-defaults.ts";
import { refusedOnAutopilot } from "./cluster.ts";
import { is, type Table } from "./setting.ts";
import { integer, optional, secretLine } from "./value-types.ts";

const GCP_PROJECT = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
export const ZONE = /^[a-z]+-[a-z]+\d+-[a-z]$/;

const AT_GOOGLE = [is("host", "gce"), is("cluster", "gke")];
const region = byCloud({ droplet: "fra1", gce: "europe-west3", gke: "europe-west3" });

/** What Slipway creates at a cloud: a machine or a cluster. */
export const cloud = {
  region: {
    type: optional(SLUG, "the name of a region"),
    usual: region,
    description: "Region in which Slipway creates the machine or the cluster.",
    example: "europe-west4",
    review: "share",
  },
  zone: {
    type: optional(ZONE, "a zone like europe-west3-a"),
    usual: {
      words: "the region's zone a",
      of: (facts) => `${facts.text("region") || region.of(facts)}-a`,
    },
    description: "Zone of the region, for `gce`, and for `gke` with `clusterMode` standard.",
    example: "europe-west3-b",
    refused: refusedOnAutopilot("zone"),
    review: "share",
  },
  size: {
    type: optional(SLUG, "the name of a size"),
    usual: byCloud({ droplet: "s-1vcpu-2gb", gce: "e2-small", gke: "e2-standard-2" }),
    description: "Size of the machine, or of each node of a cluster.",
    example: "s-2vcpu-4gb",
    refused: refusedOnAutopilot("size"),
    review: "share",
  },
  dataGiB: {
    type: integer(1, 16_384),
    default: "10",
    description:
      "Size in GiB of the data disk of a machine that Slipway creates, or of the database's claim in a cluster. It can grow.",
    example: "50",
    review: "share",
  },
  digitaloceanToken: {
    type: secretLine(),
    secret: true,
    description: "Token of DigitalOcean. Empty uses the environment's DIGITALOCEAN_TOKEN.",
    example: "<token",
    review: "drop",
  },
  gcpProject: {
    type: optional(GCP_PROJECT, "the id of a Google Cloud project"),
    description:
      "Id of the Google Cloud project, for `gce` and `gke`. Credentials come from gcloud or the environment.",
    example: "acme-dev",
    input: "PROJECT",
    for: AT_GOOGLE,
    required: AT_GOOGLE,
    review: "share",
    init: { text: "Id of the Google Cloud project" },
  },
} as const satisfies Table;
