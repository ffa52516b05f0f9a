import { createHash } from "node:crypto";
import type { Kind } from "../simulated/kind.ts";
import {
  CREATED_AT,
  machineAddress,
  numberOf,
  privateAddress,
  uuid,
} from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { NAME } from "./name.ts";
import { sizeOf } from "./size.ts";
import { TAGS } from "./tags.ts";

export const droplet: Kind = {
  outside: { type: "droplet", create: "create", update: "update", delete: "delete" },

  schema: {
    name: NAME,
    image: { type: "string", required: true, forceNew: true },
    region: { type: "string", computed: true, forceNew: true },
    size: { type: "string", required: true },
    sshKeys: { type: "set", of: "string", forceNew: true },
    userData: { type: "string", forceNew: true },
    monitoring: { type: "bool", forceNew: true },
    dropletAgent: { type: "bool", forceNew: true },
    vpcUuid: { type: "string", computed: true, forceNew: true },
    publicNetworking: { type: "bool", computed: true, forceNew: true },
    ipv6: { type: "bool", forceNew: ({ after }) => after !== true },
    backups: { type: "bool" },
    backupPolicy: {
      type: "object",
      of: {
        plan: { type: "string", oneOf: ["daily", "weekly"] },
        weekday: { type: "string", oneOf: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
        hour: { type: "int" },
      },
    },
    resizeDisk: { type: "bool", default: true },
    gracefulShutdown: { type: "bool" },
    volumeIds: { type: "set", of: "string", computed: true },
    tags: TAGS,

    createdAt: { type: "string", output: true },
    disk: { type: "int", output: true },
    dropletUrn: { type: "string", output: true },
    ipv4Address: { type: "string", output: true },
    ipv4AddressPrivate: { type: "string", output: true },
    ipv6Address: { type: "string", output: true },
    locked: { type: "bool", output: true },
    memory: { type: "int", output: true },
    priceHourly: { type: "float", output: true },
    priceMonthly: { type: "float", output: true },
    status: { type: "string", output: true },
    vcpus: { type: "int", output: true },
  },

  inputProblem: ({ backups, backupPolicy }) =>
    backupPolicy !== undefined && backups !== true
      ? "backup_policy can only be set when backups are enabled"
      : undefined,

  id: (droplet) => String(numberOf(droplet, "droplet", 9)),

  outputs: (droplet, id) => {
    const { inputs } = droplet;
    return {
      region: inputs["region"] ?? "nyc3",
      vpcUuid: inputs["vpcUuid"] ?? uuid(droplet, "default vpc"),
      publicNetworking: inputs["publicNetworking"] ?? true,
      volumeIds: inputs["volumeIds"] ?? [],
      // The state has no more than a hash of it.
      ...(inputs["userData"] === undefined ? {} : { userData: sha1(text(inputs, "userData")) }),
      createdAt: CREATED_AT,
      dropletUrn: `do:droplet:${id}`,
      ipv4Address: inputs["publicNetworking"] === false ? "" : machineAddress(droplet),
      ipv4AddressPrivate: privateAddress(droplet),
      // Of 2001:db8::/32, which is for documentation.
      ipv6Address: inputs["ipv6"] === true ? `2001:db8::${id.slice(-4)}` : "",
      locked: false,
      status: "active",
      ...sizeOf(text(inputs, "size")),
    };
  },
};

function sha1(content: string): string {
  return createHash("sha1").update(content).digest("hex");
}
