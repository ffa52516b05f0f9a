import type { Kind } from "../simulated/kind.ts";
import { uuid } from "../simulated/made-up.ts";
import { TAGS } from "./tags.ts";

export const volume: Kind = {
  outside: { type: "volume", create: "create", update: "update", delete: "delete" },

  schema: {
    name: { type: "string", autoNamed: { maxLength: 64, lowerCase: true }, forceNew: true },
    region: { type: "string", required: true, forceNew: true },
    size: { type: "int", required: true },
    description: { type: "string", forceNew: true },
    snapshotId: { type: "string", forceNew: true },
    initialFilesystemType: { type: "string", forceNew: true, oneOf: ["ext4", "xfs"] },
    initialFilesystemLabel: { type: "string", forceNew: true },
    tags: TAGS,

    dropletIds: { type: "set", of: "int", output: true },
    filesystemType: { type: "string", output: true },
    filesystemLabel: { type: "string", output: true },
    volumeUrn: { type: "string", output: true },
  },

  changeProblem: (before, after) =>
    Number(after["size"]) < Number(before["size"])
      ? "volumes `size` can only be expanded and not shrunk"
      : undefined,

  id: (volume) => uuid(volume, "volume"),

  outputs: ({ inputs }, id) => ({
    dropletIds: [],
    filesystemType: inputs["initialFilesystemType"] ?? "",
    filesystemLabel: inputs["initialFilesystemLabel"] ?? "",
    volumeUrn: `do:volume:${id}`,
  }),
};
