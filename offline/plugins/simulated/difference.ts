import { inside } from "../property-path.ts";
import {
  equal,
  isMap,
  type PropertyMap,
  type PropertyValue,
  unionOfKeys,
} from "../property-value.ts";
import type { ChangeKind } from "../provider.ts";
import { withoutNotes } from "./defaults.ts";
import type { Field, Items, Schema } from "./schema.ts";

/**
 * Where inputs differ from those before, and what of it replaces the resource. The state says only
 * what the cloud chose: nothing but the program changes what is simulated.
 */
export function difference(
  schema: Schema,
  state: PropertyMap,
  oldInputs: PropertyMap,
  inputs: PropertyMap,
): Map<string, ChangeKind> {
  const comparison = new Comparison(withoutNotes(oldInputs), withoutNotes(inputs));
  comparison.ofSchema(schema, state);
  return comparison.changes;
}

class Comparison {
  readonly changes = new Map<string, ChangeKind>();
  readonly #oldInputs: PropertyMap;
  readonly #inputs: PropertyMap;

  constructor(oldInputs: PropertyMap, inputs: PropertyMap) {
    this.#oldInputs = oldInputs;
    this.#inputs = inputs;
  }

  ofSchema(schema: Schema, state: PropertyMap): void {
    this.#objects(schema, "", state, this.#oldInputs, this.#inputs);
  }

  #objects(
    schema: Schema,
    path: string,
    state: PropertyValue | undefined,
    before: PropertyMap,
    after: PropertyMap,
  ): void {
    for (const [name, field] of Object.entries(schema)) {
      const chosen = isMap(state) ? state[name] : undefined;
      const old = before[name] ?? (field.computed ? chosen : undefined);
      this.#values(field, inside(path, name), chosen, old, after[name]);
    }
  }

  #values(
    field: Field,
    path: string,
    state: PropertyValue | undefined,
    before: PropertyValue | undefined,
    after: PropertyValue | undefined,
  ): void {
    if (before === undefined || after === undefined) {
      const keptByTheCloud = after === undefined && field.computed === true;
      if (before !== after && !keptByTheCloud) {
        this.#note(field, path, before, after);
      }
    } else if (field.type === "object" && isMap(before) && isMap(after)) {
      this.#objects(field.of, path, state, before, after);
    } else if (field.type === "map" && isMap(before) && isMap(after)) {
      for (const key of unionOfKeys(before, after)) {
        this.#leaves(field, inside(path, key), before[key], after[key]);
      }
    } else if (isItems(field) && Array.isArray(before) && Array.isArray(after)) {
      this.#items(field, path, Array.isArray(state) ? state : [], before, after);
    } else {
      this.#leaves(field, path, before, after);
    }
  }

  #items(
    field: Items,
    path: string,
    state: PropertyValue[],
    before: PropertyValue[],
    after: PropertyValue[],
  ): void {
    const old = field.type === "set" ? atPlacesOf(after, before) : before;
    for (let i = 0; i < Math.max(old.length, after.length); i++) {
      const at = inside(path, i);
      const was = old[i];
      const is = after[i];
      if (typeof field.of !== "string" && isMap(was) && isMap(is)) {
        this.#objects(field.of, at, field.type === "list" ? state[i] : undefined, was, is);
      } else {
        this.#leaves(field, at, was, is);
      }
    }
  }

  #leaves(
    field: Field,
    path: string,
    before: PropertyValue | undefined,
    after: PropertyValue | undefined,
  ): void {
    if (before === undefined || after === undefined || !equal(before, after)) {
      this.#note(field, path, before, after);
    }
  }

  #note(
    { forceNew }: Field,
    path: string,
    before: PropertyValue = null,
    after: PropertyValue = null,
  ): void {
    const kind = before === null ? "add" : after === null ? "delete" : "update";
    const inputs = { oldInputs: this.#oldInputs, inputs: this.#inputs };
    const replaces =
      typeof forceNew === "function" ? forceNew({ before, after, ...inputs }) : forceNew === true;
    this.changes.set(path, replaces ? `${kind}-replace` : kind);
  }
}

function isItems(field: Field): field is Items {
  return field.type === "list" || field.type === "set";
}

/** The old elements of a set, where they are among the new ones; the others fill the gaps. */
function atPlacesOf(after: PropertyValue[], before: PropertyValue[]): PropertyValue[] {
  const others = [...before];
  const kept = after.map((item) => {
    const place = others.findIndex((other) => equal(other, item));
    return place < 0 ? undefined : others.splice(place, 1)[0];
  });
  const filled = kept.map((item) => item ?? others.shift());
  return [...filled, ...others] as PropertyValue[];
}
