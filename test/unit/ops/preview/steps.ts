import type { PreviewStep } from "../../../../ops/preview/step.ts";

type Inputs = Readonly<Record<string, unknown>>;

interface Thing {
  readonly type: string;
  readonly name: string;
  /** The part of the stack that it is in. */
  readonly in?: string;
  readonly old?: Inputs;
  readonly now?: Inputs;
  readonly wasProtected?: boolean;
  readonly isProtected?: boolean;
  /** Whether it was to be kept; it is no longer. */
  readonly wasRetained?: boolean;
  readonly keys?: readonly string[];
  /** How a replacement goes. */
  readonly replaced?: "old one first" | "beside the old one";
}

const STACK = "urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev";

/** The steps of the engine for a thing in a component: made, changed, replaced or deleted. */
export function stepsFor(thing: Thing): PreviewStep[] {
  const { type, name, old, now, replaced, keys = [] } = thing;
  const component = `urn:pulumi:dev::slipway::slipway:docker:Part::${thing.in ?? name}`;
  const urn = `urn:pulumi:dev::slipway::slipway:docker:Part$${type}::${name}`;
  const state = (inputs: Inputs, protect: boolean | undefined) => ({
    type,
    parent: component,
    inputs,
    protect: protect ?? false,
  });
  const step = (op: string): PreviewStep => ({
    op,
    urn,
    ...(old === undefined
      ? {}
      : {
          oldState: {
            ...state(old, thing.wasProtected),
            retainOnDelete: thing.wasRetained === true,
          },
        }),
    ...(now === undefined ? {} : { newState: state(now, thing.isProtected ?? thing.wasProtected) }),
    diffReasons: keys,
  });
  const parent: PreviewStep = {
    op: "same",
    urn: component,
    newState: { type: "slipway:docker:Part", parent: STACK },
  };
  const { oldState: _, ...made } = step("create-replacement");
  const { newState: __, ...gone } = step("delete-replaced");
  if (replaced === "old one first") return [parent, gone, step("replace"), made];
  if (replaced !== undefined) return [parent, made, step("replace"), gone];
  return [parent, step(opOf(thing))];
}

function opOf({ old, now, keys }: Thing): string {
  if (old === undefined) return "create";
  if (now === undefined) return "delete";
  return keys === undefined ? "same" : "update";
}

/** A container of the app, as Slipway makes it. */
export function appContainer(image: string, version: string, role = "web"): Inputs {
  const labels = { "slipway.role": role, "slipway.release": version };
  return {
    image,
    labels: Object.entries(labels).map(([label, value]) => ({ label, value })),
  };
}
