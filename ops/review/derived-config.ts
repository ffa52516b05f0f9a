import { X509Certificate } from "node:crypto";
import type { Facts } from "../../infra/settings/condition.ts";
import { factsOf } from "../../infra/settings/facts.ts";
import type { Setting, Table } from "../../infra/settings/setting.ts";
import { SETTINGS } from "../../infra/settings/table.ts";
import { PROJECT } from "../project.ts";
import { UserError } from "../user-error.ts";

/** Values of a stack's config by their keys, without the project's name. */
export type Config = Readonly<
  Record<string, { readonly value: string; readonly secret?: boolean | undefined }>
>;

export interface ReviewWish {
  readonly slug: string;
  /** The stack that it is made like. */
  readonly like: string;
  readonly branch: string;
  readonly until: string;
  readonly image: string;
  /** What reaches the machine or the cluster that the other stack's program made; nothing else. */
  readonly reach: Config;
}

/**
 * The config of a stack for a branch: that of the stack that it is made like, with a host name below its
 * review domain, a database of its own, one replica, nothing protected, and none of its secrets but those
 * that lead to where it runs.
 */
export function reviewConfig(like: Config, wish: ReviewWish, table: Table = SETTINGS): Config {
  const facts = factsOf(table, { project: PROJECT, stack: wish.like }, (key) => like[key]?.value);
  const domain = reviewHost(like, wish);
  const target = like["target"]?.value ?? "docker";
  return {
    ...Object.fromEntries(
      Object.entries(like).filter(([key, { secret }]) => isShared(table[key], secret, facts)),
    ),
    ...placeOf(like, target, wish),
    ...plain({
      domain,
      database: like["database"]?.value === "none" ? "none" : "container",
      protectData: "false",
      replicas: "1",
      image: wish.image,
      reviewBranch: wish.branch,
      reviewUntil: wish.until,
      reviewLike: wish.like,
    }),
  };
}

/** A value that is encrypted, but is no secret, is not shared: it would be shown in the clear. */
function isShared(
  setting: Setting | undefined,
  isEncrypted: boolean | undefined,
  facts: Facts,
): boolean {
  if (setting === undefined || (isEncrypted === true && setting.secret !== true)) return false;
  const { review } = setting;
  return typeof review === "object" ? facts.holds(review.shareWhere) : review === "share";
}

function placeOf(like: Config, target: string, wish: ReviewWish): Config {
  if (target === "kubernetes") {
    const ingressClass = like["ingressClass"]?.value || `${PROJECT}-${wish.like}`;
    return { ...plain({ ingressClass, cluster: "existing" }), ...wish.reach };
  }
  const host = like["host"]?.value ?? "local";
  return { ...plain({ ingressOf: wish.like, host }), ...wish.reach };
}

function reviewHost(like: Config, { slug, like: name }: ReviewWish): string {
  const below = like["reviewDomain"]?.value.toLowerCase();
  if (!below) {
    throw new UserError(
      `The stack ${name} has no domain for review stacks. Give it one, to which a wildcard record leads, and ` +
        `bring it up: pulumi config set reviewDomain review.example.org -s ${name}`,
    );
  }
  const domain = `${slug}.${below}`;
  const certificate = like["tls"]?.value === "provided" ? like["tlsCertificate"]?.value : undefined;
  if (certificate && new X509Certificate(certificate).checkHost(domain) === undefined) {
    throw new UserError(
      `The certificate of ${name} (slipway:tlsCertificate) is not for ${domain}. It needs one that is for ` +
        `*.${below} too.`,
    );
  }
  return domain;
}

function plain(values: Readonly<Record<string, string>>): Config {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}
