import type { PropertyMap } from "../property-value.ts";
import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT } from "../simulated/made-up.ts";
import type { Items } from "../simulated/schema.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { foretoldProject, PLACE, projectOf } from "./location.ts";
import { NAME } from "./name.ts";

const RULES = {
  type: "set",
  of: {
    protocol: { type: "string", required: true },
    ports: { type: "list", of: "string" },
  },
} as const satisfies Items;

const SOURCES = ["sourceRanges", "sourceTags", "sourceServiceAccounts"];
const TAGS = ["sourceTags", "targetTags"];
const ACCOUNTS = ["sourceServiceAccounts", "targetServiceAccounts"];

export const firewall: Kind = {
  schema: {
    name: NAME,
    project: PLACE,
    network: { type: "string", required: true },
    direction: {
      type: "string",
      computed: true,
      forceNew: true,
      oneOf: ["INGRESS", "EGRESS"],
    },
    allows: RULES,
    denies: RULES,
    priority: { type: "int", default: 1000 },
    description: { type: "string" },
    disabled: { type: "bool" },
    destinationRanges: { type: "set", of: "string", computed: true },
    sourceRanges: { type: "set", of: "string" },
    sourceTags: { type: "set", of: "string" },
    sourceServiceAccounts: { type: "set", of: "string" },
    targetTags: { type: "set", of: "string" },
    targetServiceAccounts: { type: "set", of: "string" },
    logConfig: { type: "object", of: { metadata: { type: "string", required: true } } },

    creationTimestamp: { type: "string", output: true },
    selfLink: { type: "string", output: true },
  },

  inputProblem: (inputs) => {
    const has = (name: string) => inputs[name] !== undefined;
    if (has("allows") === has("denies")) {
      return '"allow,deny": exactly one of them must be specified';
    }
    if (inputs["direction"] !== "EGRESS" && !SOURCES.some(has)) {
      return "one of source_tags, source_ranges, or source_service_accounts must be defined";
    }
    return TAGS.some(has) && ACCOUNTS.some(has)
      ? "tags and service accounts cannot be used together"
      : undefined;
  },

  id: (firewall) =>
    `projects/${projectOf(firewall)}/global/firewalls/${text(firewall.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (firewall, id) => {
    const { inputs } = firewall;
    return {
      project: projectOf(firewall),
      direction: inputs["direction"] ?? "INGRESS",
      destinationRanges: inputs["destinationRanges"] ?? destinations(inputs),
      creationTimestamp: CREATED_AT,
      selfLink: selfLink(id),
    };
  },
};

function destinations({ direction }: PropertyMap): string[] {
  return direction === "EGRESS" ? ["0.0.0.0/0"] : [];
}
