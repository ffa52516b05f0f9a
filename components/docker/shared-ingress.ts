import type { Owner } from "../labels.ts";

/** Names by which stacks on one machine find the public Nginx of one of them, without asking its state. */

/** Volume of the Nginx of a stack. */
export const ingressVolume = (owner: Owner, what: "conf" | "static" | "acme") =>
  `${owner.project}-${owner.stack}-ingress-${what}`;

/** Network on which a public Nginx meets those of the stacks that it serves, and nothing else. */
export const sharedNetworkName = (owner: Owner) => `${owner.project}-${owner.stack}-shared`;

/** Name of a stack's Nginx on that network, whichever container it is. */
export const nameBehind = (owner: Owner) => `${owner.project}-${owner.stack}`;
