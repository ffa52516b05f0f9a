import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { foretoldProject, PLACE, projectOf, regionOf } from "./location.ts";
import { LOWER_CASE_NAME } from "./name.ts";

/** Upstream's properties of a router, but for those of BGP and interconnects. */
export const router: Kind = {
  schema: {
    name: LOWER_CASE_NAME,
    project: PLACE,
    region: PLACE,
    network: { type: "string", forceNew: true },
    description: { type: "string" },

    creationTimestamp: { type: "string", output: true },
    selfLink: { type: "string", output: true },
  },

  inputProblem: ({ network }) =>
    network === undefined ? "one of `ncc_gateway,network` must be specified" : undefined,

  id: (router) =>
    `projects/${projectOf(router)}/regions/${regionOf(router)}/routers/${text(router.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (router, id) => ({
    project: projectOf(router),
    region: regionOf(router),
    creationTimestamp: CREATED_AT,
    selfLink: selfLink(id),
  }),
};
