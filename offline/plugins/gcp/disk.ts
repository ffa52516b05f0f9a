import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT, numberOf } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { LABELS, labels } from "./labels.ts";
import { foretoldProject, PLACE, projectOf, zoneOf } from "./location.ts";
import { NAME } from "./name.ts";

export const disk: Kind = {
  outside: { type: "disk", create: "create", update: "update", delete: "delete" },

  schema: {
    name: NAME,
    project: PLACE,
    zone: PLACE,
    // A disk can grow in place.
    size: {
      type: "int",
      computed: true,
      forceNew: ({ before, after }) => Number(after) < Number(before),
    },
    type: { type: "string", default: "pd-standard", forceNew: true },
    image: { type: "string", forceNew: true },
    snapshot: { type: "string", forceNew: true },
    description: { type: "string", forceNew: true },
    physicalBlockSizeBytes: { type: "int", computed: true, forceNew: true },
    provisionedIops: { type: "int", computed: true },
    provisionedThroughput: { type: "int", computed: true },
    createSnapshotBeforeDestroy: { type: "bool" },
    createSnapshotBeforeDestroyPrefix: { type: "string" },
    ...LABELS,

    creationTimestamp: { type: "string", output: true },
    diskId: { type: "string", output: true },
    selfLink: { type: "string", output: true },
    users: { type: "list", of: "string", output: true },
  },

  id: (disk) =>
    `projects/${projectOf(disk)}/zones/${zoneOf(disk)}/disks/${text(disk.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (disk, id) => {
    const { inputs } = disk;
    return {
      project: projectOf(disk),
      zone: zoneOf(disk),
      size: inputs["size"] ?? 500,
      physicalBlockSizeBytes: inputs["physicalBlockSizeBytes"] ?? 4096,
      provisionedIops: inputs["provisionedIops"] ?? 0,
      provisionedThroughput: inputs["provisionedThroughput"] ?? 0,
      ...labels(disk),
      creationTimestamp: CREATED_AT,
      diskId: String(numberOf(disk, "disk", 15)),
      selfLink: selfLink(id),
      users: [],
    };
  },
};
