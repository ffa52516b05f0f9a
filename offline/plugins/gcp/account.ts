import type { PropertyMap } from "../property-value.ts";
import type { Kind, Thing } from "../simulated/kind.ts";
import { numberOf } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { PLACE, projectOf } from "./location.ts";

export const account: Kind = {
  schema: {
    accountId: {
      type: "string",
      autoNamed: { maxLength: 30 },
      forceNew: true,
      pattern: /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
    },
    project: PLACE,
    displayName: { type: "string" },
    description: { type: "string" },
    disabled: { type: "bool" },
    createIgnoreAlreadyExists: { type: "bool" },

    email: { type: "string", output: true },
    member: { type: "string", output: true },
    name: { type: "string", output: true },
    uniqueId: { type: "string", output: true },
  },

  id: fullName,

  foretold: identity,

  outputs: (account, id) => ({
    ...identity(account),
    name: id,
    uniqueId: String(numberOf(account, "account", 15)),
  }),
};

/** All of it follows from the account's own name and that of its project. */
function identity(account: Thing): PropertyMap {
  return {
    project: projectOf(account),
    email: email(account),
    member: `serviceAccount:${email(account)}`,
  };
}

function email(account: Thing): string {
  return `${text(account.inputs, "accountId")}@${projectOf(account)}.iam.gserviceaccount.com`;
}

function fullName(account: Thing): string {
  return `projects/${projectOf(account)}/serviceAccounts/${email(account)}`;
}
