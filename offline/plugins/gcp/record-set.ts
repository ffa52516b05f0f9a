import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { foretoldProject, lastPart, PLACE, projectOf } from "./location.ts";

export const recordSet: Kind = {
  schema: {
    // It is the domain, so it is never made up.
    name: { type: "string", required: true, forceNew: true, pattern: /\.$/ },
    managedZone: { type: "string", required: true, forceNew: true },
    type: { type: "string", required: true },
    ttl: { type: "int" },
    rrdatas: { type: "list", of: "string", required: true },
    project: PLACE,
  },

  id: (record) => {
    const { inputs } = record;
    const zone = `projects/${projectOf(record)}/managedZones/${lastPart(text(inputs, "managedZone"))}`;
    return `${zone}/rrsets/${text(inputs, "name")}/${text(inputs, "type")}`;
  },

  foretold: foretoldProject,

  outputs: (record) => ({ project: projectOf(record) }),
};
