import type { Change } from "./changes.ts";
import { changesOf } from "./changes.ts";
import { type Finding, findingsOf, RISKS, type Risk } from "./findings.ts";
import { type Size, sizesOf } from "./sizes.ts";
import type { PreviewStep } from "./step.ts";
import { isUnknown, leaves } from "./values.ts";

export type Verdict = "no change" | Risk;

/** How many things a preview means to make, change, replace and remove. */
export interface Summary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
}

/** What a preview means, for whoever has to decide about it. */
export interface PreviewReport {
  readonly stack: string;
  /** The worst first. */
  readonly verdict: readonly Verdict[];
  readonly dangerous: boolean;
  /** In the order of the engine, each part's findings with the worst first. */
  readonly components: readonly { readonly name: string; readonly findings: readonly Finding[] }[];
  readonly sizes: readonly Size[];
  /** What this preview could not see. */
  readonly unseen: readonly string[];
  readonly summary: Summary;
}

export interface Seen {
  readonly stack: string;
  readonly steps: readonly PreviewStep[];
  /** Whether it looked at what is really there. */
  readonly refreshed: boolean;
}

export function reportOf({ stack, steps, refreshed }: Seen): PreviewReport {
  const all = changesOf(steps);
  const findings = findingsOf(all);
  const changes = all.filter(({ isProvider, drifted }) => !isProvider && !drifted);
  const components = Map.groupBy(findings, ({ component }) => component);
  return {
    stack,
    verdict: verdictOf(findings),
    dangerous: findings.some(({ dangerous }) => dangerous),
    components: [...components].map(([name, all]) => ({ name, findings: worstFirst(all) })),
    sizes: sizesOf(changes),
    unseen: unseenIn(stack, changes, refreshed),
    summary: summaryOf(changes),
  };
}

function verdictOf(findings: readonly Finding[]): Verdict[] {
  if (findings.length === 0) return ["no change"];
  const risks = RISKS.filter((risk) =>
    findings.some((finding) => finding.risk === risk),
  ).toReversed();
  // One that has a gap or worse is not also without one.
  return risks.length > 1 ? risks.filter((risk) => risk !== "no downtime") : risks;
}

const worstFirst = (findings: readonly Finding[]) =>
  findings.toSorted((a, b) => RISKS.indexOf(b.risk) - RISKS.indexOf(a.risk));

function summaryOf(changes: readonly Change[]): Summary {
  const count = (action: Change["action"]) => changes.filter((one) => one.action === action).length;
  return {
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    delete: count("delete"),
  };
}

const NAMED = 5;

function unseenIn(stack: string, changes: readonly Change[], refreshed: boolean): string[] {
  const unknown = changes
    .filter(({ action }) => action !== "same" && action !== "delete")
    .flatMap(({ name, now }) =>
      leaves(now)
        .filter(({ value }) => isUnknown(value))
        .map(({ path }) => `${name}.${path}`),
    );
  const more = unknown.length > NAMED ? `, and ${unknown.length - NAMED} more` : "";
  return [
    ...(unknown.length === 0
      ? []
      : [`Known only when it is done: ${unknown.slice(0, NAMED).join(", ")}${more}.`]),
    ...(refreshed
      ? []
      : [
          "Changes made by hand: this preview compares with the state, not with the actual resources. " +
            `\`./slipway drift -s ${stack}\` does, with credentials that deploy.`,
        ]),
  ];
}
