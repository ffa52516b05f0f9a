import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { foretoldProject, PLACE, projectOf } from "./location.ts";

export const user: Kind = {
  schema: {
    name: { type: "string", autoNamed: { maxLength: 255 }, forceNew: true },
    instance: { type: "string", required: true, forceNew: true },
    project: PLACE,
    host: { type: "string", computed: true, forceNew: true },
    type: { type: "string", forceNew: true },
    password: { type: "string", secret: true },
    databaseRoles: { type: "list", of: "string" },
  },

  id: ({ inputs }) =>
    [text(inputs, "name"), inputs["host"] ?? "", text(inputs, "instance")].join("/"),

  foretold: foretoldProject,

  outputs: (user) => ({
    project: projectOf(user),
    host: user.inputs["host"] ?? "",
  }),
};
