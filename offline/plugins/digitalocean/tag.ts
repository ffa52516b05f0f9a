import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";

export const tag: Kind = {
  schema: {
    name: {
      type: "string",
      autoNamed: { maxLength: 255 },
      forceNew: true,
      pattern: /^[a-zA-Z0-9:\-_]{1,255}$/,
    },

    databasesCount: { type: "int", output: true },
    dropletsCount: { type: "int", output: true },
    imagesCount: { type: "int", output: true },
    totalResourceCount: { type: "int", output: true },
    volumeSnapshotsCount: { type: "int", output: true },
    volumesCount: { type: "int", output: true },
  },

  id: ({ inputs }) => text(inputs, "name"),

  /** Nobody counts. */
  outputs: () => ({
    databasesCount: 0,
    dropletsCount: 0,
    imagesCount: 0,
    totalResourceCount: 0,
    volumeSnapshotsCount: 0,
    volumesCount: 0,
  }),
};
