import type { PropertyMap } from "../property-value.ts";
import type { Kind } from "../simulated/kind.ts";
import { numberOf } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { NAME } from "./name.ts";

const TYPES = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA"];

const REQUIRED_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  MX: ["priority"],
  SRV: ["priority", "weight", "port"],
  CAA: ["flags", "tag"],
};

export const dnsRecord: Kind = {
  schema: {
    domain: { type: "string", required: true, forceNew: true },
    type: { type: "string", required: true, forceNew: true, oneOf: TYPES },
    name: NAME,
    value: { type: "string", required: true },
    ttl: { type: "int", computed: true },
    priority: { type: "int" },
    weight: { type: "int" },
    port: { type: "int" },
    flags: { type: "int" },
    tag: { type: "string", oneOf: ["issue", "issuewild", "iodef"] },

    fqdn: { type: "string", output: true },
  },

  inputProblem: (inputs) => {
    const type = text(inputs, "type");
    const missing = REQUIRED_BY_TYPE[type]?.find((name) => inputs[name] === undefined);
    return missing && `\`${missing}\` is required for when type is \`${type}\``;
  },

  id: (record) => String(numberOf(record, "record", 10)),

  outputs: ({ inputs }) => ({ ttl: inputs["ttl"] ?? 1800, fqdn: fqdn(inputs) }),
};

function fqdn(inputs: PropertyMap): string {
  const [name, domain] = [text(inputs, "name"), text(inputs, "domain")];
  return name === "@" ? domain : `${name}.${domain}`;
}
