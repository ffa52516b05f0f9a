import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { foretoldProject, PLACE, projectOf } from "./location.ts";

export const database: Kind = {
  schema: {
    name: { type: "string", autoNamed: { maxLength: 255 }, forceNew: true },
    instance: { type: "string", required: true, forceNew: true },
    project: PLACE,
    charset: { type: "string", computed: true },
    collation: { type: "string", computed: true },

    selfLink: { type: "string", output: true },
  },

  id: (database) => {
    const { inputs } = database;
    const instance = `projects/${projectOf(database)}/instances/${text(inputs, "instance")}`;
    return `${instance}/databases/${text(inputs, "name")}`;
  },

  foretold: foretoldProject,

  outputs: (database, id) => ({
    project: projectOf(database),
    charset: database.inputs["charset"] ?? "UTF8",
    collation: database.inputs["collation"] ?? "en_US.UTF8",
    selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/${id}`,
  }),
};
