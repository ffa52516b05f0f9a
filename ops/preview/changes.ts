import { nameInUrn } from "../state/urn.ts";
import type { PreviewStep } from "./step.ts";

export type Action = "create" | "update" | "replace" | "delete" | "same";

/** All that is to happen to one resource. */
export interface Change {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  /** The part of the stack that it belongs to, as its diagram has it. */
  readonly component: string;
  readonly action: Action;
  /** Whether a replacement is made only when the old one is gone. */
  readonly gap: boolean;
  readonly old: Readonly<Record<string, unknown>>;
  readonly now: Readonly<Record<string, unknown>>;
  readonly wasProtected: boolean;
  readonly isProtected: boolean;
  /** It is let go of, and stays. */
  readonly retained: boolean;
  /** Whether that is so from now on. */
  readonly isRetained: boolean;
  /** By what the engine reaches a cloud or a machine: no thing of the stack. */
  readonly isProvider: boolean;
  /** Whether what it is a part of stays. */
  readonly parentStays: boolean;
  /** Properties that differ, the outermost names. */
  readonly keys: readonly string[];
  /** Whether somebody else has changed it, outside of Pulumi. */
  readonly drifted: boolean;
}

/**
 * What a preview means to do, a change for each resource, in the order of the engine. What somebody else has
 * done to one is a change of its own: what the program does about it starts from there.
 */
export function changesOf(steps: readonly PreviewStep[]): Change[] {
  const groups = Map.groupBy(steps, ({ urn, drifted }) => `${drifted === true} ${urn}`);
  const parents = new Map(
    steps.map(({ urn, oldState, newState }) => [urn, (newState ?? oldState)?.parent]),
  );
  const gone = new Set(steps.filter(({ op }) => op.startsWith("delete")).map(({ urn }) => urn));
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined || !isThing(typeOf(first))) return [];
    return changeOf(first.urn, all, {
      component: componentOf(first.urn, parents),
      parentStays: !gone.has(parents.get(first.urn) ?? ""),
    });
  });
}

function changeOf(
  urn: string,
  steps: readonly PreviewStep[],
  within: Pick<Change, "component" | "parentStays">,
): Change {
  const ops = steps.map(({ op }) => op);
  // What a run that failed was to delete is what is live; what it made instead is not.
  const gone = steps.find(({ op }) => op === "delete-replaced");
  const old = (gone ?? steps.find(({ oldState }) => oldState !== undefined))?.oldState;
  // The step that deletes the old one has no new state, or the old one's.
  const now = steps.find(({ op, newState }) => newState !== undefined && !op.startsWith("delete"));
  const action = actionOf(ops);
  return {
    urn,
    name: nameInUrn(urn),
    type: steps.map(typeOf).find(Boolean) ?? "",
    ...within,
    action,
    gap: action === "replace" && deletesFirst(ops),
    old: old?.inputs ?? {},
    now: action === "delete" ? {} : (now?.newState?.inputs ?? {}),
    wasProtected: old?.protect === true,
    isProtected: now?.newState?.protect === true,
    retained: old?.retainOnDelete === true,
    isRetained: now?.newState?.retainOnDelete === true,
    isProvider: steps.some((one) => isProvider(typeOf(one))),
    keys: [...new Set(steps.flatMap(keysOf))].sort(),
    drifted: steps.some(({ drifted }) => drifted === true),
  };
}

function actionOf(ops: readonly string[]): Action {
  if (ops.some((op) => op === "replace" || op.endsWith("-replacement") || op.endsWith("-replaced")))
    return "replace";
  for (const action of ["delete", "create", "update"] as const) {
    if (ops.includes(action)) return action;
  }
  return ops.includes("import") ? "create" : "same";
}

/** One that a run which failed has left is deleted too, at any time, and is no reason for a gap. */
function deletesFirst(ops: readonly string[]): boolean {
  const [deleted, made] = [ops.lastIndexOf("delete-replaced"), ops.indexOf("create-replacement")];
  return deleted >= 0 && deleted < made;
}

function keysOf({ diffReasons, replaceReasons, detailedDiff }: PreviewStep): string[] {
  const paths = [
    ...(diffReasons ?? []),
    ...(replaceReasons ?? []),
    ...Object.keys(detailedDiff ?? {}),
  ];
  return paths.map((path) => /^[^.[]+/.exec(path)?.[0] ?? path);
}

/** Its ancestor right below the stack. */
function componentOf(urn: string, parents: ReadonlyMap<string, string | undefined>): string {
  const parent = parents.get(urn);
  if (parent === undefined || parent === "" || parent.includes("pulumi:pulumi:Stack::"))
    return nameInUrn(urn);
  return componentOf(parent, parents);
}

const isProvider = (type: string) => type.startsWith("pulumi:providers:");

/** Components are no things of their own. */
const isThing = (type: string) => isProvider(type) || !/^(slipway|pulumi):/.test(type);

const typeOf = ({ newState, oldState, urn }: PreviewStep) =>
  (newState ?? oldState)?.type ?? urn.split("::").at(-2)?.split("$").at(-1) ?? "";
