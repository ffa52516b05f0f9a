import type { Review } from "../components/review.ts";
import type { HostSettings, ServedBy, Settings } from "../stacks/settings.ts";
import type { ConfigReader } from "./config-reader.ts";
import { BRANCH } from "./patterns.ts";

interface SharingContext {
  readonly stack: string;
  readonly target: Settings["target"];
  readonly host: HostSettings;
  readonly domain: string | undefined;
}

interface Sharing {
  readonly ingressShared: boolean;
  readonly ingressOf: ServedBy | undefined;
}

/** The keys by which several stacks have one public ingress. */
export function readSharing(reader: ConfigReader, context: SharingContext): Sharing {
  const { domain } = context;
  // Read by `./slipway review`, which gives each review stack a host below it.
  const reviewDomain = reader.hostName("reviewDomain", "a host name");
  reader.boolean("reviewAppSecrets");
  const ingressShared = reader.boolean("ingressShared") || reviewDomain !== undefined;
  const of = reader.optional("ingressOf", STACK_NAME, "the name of a stack on the same machine");
  if (of === undefined) return { ingressShared, ingressOf: undefined };
  const wrong = problemWith(of, ingressShared, context);
  if (wrong !== undefined) reader.problem(wrong, "pulumi config rm ingressOf");
  if (domain === undefined) reader.missing("domain", "ingressOf is set", "HOST");
  return { ingressShared, ingressOf: { stack: of, domain: domain ?? "" } };
}

function problemWith(
  of: string,
  ingressShared: boolean,
  { stack, target, host }: SharingContext,
): string | undefined {
  if (target === "kubernetes") {
    return "slipway:ingressOf is for a Docker host; in a cluster, ingressClass names a controller that is there.";
  }
  if (of === stack) return "slipway:ingressOf names the stack itself.";
  if (ingressShared) {
    return "slipway:ingressOf is set, so this stack has no public Nginx that it could share (ingressShared, reviewDomain).";
  }
  if (host.kind === "local" || host.kind === "ssh") return undefined;
  return `slipway:ingressOf is set, but slipway:host is "${host.kind}", which makes a machine of its own.`;
}

/** What `./slipway review` writes into the file of a review stack. */
export function readReview(reader: ConfigReader): Review | undefined {
  const branch = reader.optional("reviewBranch", BRANCH.pattern, BRANCH.words);
  const until = reader.optional("reviewUntil", TIME, "a time like 2030-01-31T12:00:00Z");
  const like = reader.optional("reviewLike", STACK_NAME, "the name of a stack");
  if (branch === undefined) return undefined;
  if (until === undefined) reader.missing("reviewUntil", "reviewBranch is set", "TIME");
  if (like === undefined) reader.missing("reviewLike", "reviewBranch is set", "STACK");
  return { branch, until: until ?? "", like: like ?? "" };
}

const STACK_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
