import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { iamMember } from "./iam-member.ts";

const { project: _, ...ofEvery } = iamMember.schema;

/** Who may act as a service account, as a role at it. */
export const serviceAccountMember: Kind = {
  ...iamMember,

  schema: {
    serviceAccountId: {
      type: "string",
      required: true,
      forceNew: true,
      pattern: /^projects\/[^/]+\/serviceAccounts\/[^/]+$/,
    },
    ...ofEvery,
  },

  id: ({ inputs }) =>
    ["serviceAccountId", "role", "member"].map((name) => text(inputs, name)).join("/"),
};
