import { type PropertyMap, UNKNOWN } from "../property-value.ts";
import type {
  Checked,
  CheckRequest,
  CreateRequest,
  Difference,
  DiffRequest,
  Found,
  ReadRequest,
  Resource,
} from "../provider.ts";
import { check } from "../simulated/check.ts";
import { withoutNotes } from "../simulated/defaults.ts";
import { difference } from "../simulated/difference.ts";
import type { Schema } from "../simulated/schema.ts";
import { sealed } from "../simulated/sealed.ts";

export interface Recipe {
  readonly schema: Schema;
  /** What the official plugin takes where nothing is said. It does not show them as inputs. */
  readonly defaults: PropertyMap;
  /** What is not possible of inputs that are right each for itself. */
  problem?(choice: PropertyMap): string | undefined;
  make(choice: PropertyMap): Promise<{ id: string; outputs: PropertyMap }>;
}

/** What exists in the state of a stack and nowhere else. Each change makes another one. */
export class MadeOnce implements Resource {
  readonly #recipe: Recipe;

  constructor(recipe: Recipe) {
    this.#recipe = recipe;
  }

  check(request: CheckRequest): Checked {
    const { schema, problem } = this.#recipe;
    // The official plugins, which are of another framework than the others, do not look at what they do not know.
    const [known, unknown] = parted(request.inputs, (name) => name in schema);
    const { inputs, failures } = check(schema, { ...request, inputs: known });
    const checked = withoutNotes(inputs);
    const reason = failures.length === 0 ? problem?.(this.#choice(checked)) : undefined;
    return {
      inputs: { ...checked, ...unknown },
      failures: reason === undefined ? failures : [{ property: "", reason }],
    };
  }

  diff({ oldInputs, inputs }: DiffRequest): Difference {
    const { schema } = this.#recipe;
    const changes = difference(schema, {}, this.#choice(oldInputs), this.#choice(inputs));
    return { changes, deleteBeforeReplace: false, stables: [] };
  }

  async create({
    inputs,
    preview,
  }: CreateRequest): Promise<{ id: string; properties: PropertyMap }> {
    const { schema, make } = this.#recipe;
    const choice = this.#choice(inputs);
    if (preview) {
      const outputs = Object.keys(schema).filter((name) => schema[name]?.output);
      const unknown = Object.fromEntries(outputs.map((name) => [name, UNKNOWN]));
      return { id: "", properties: { ...choice, ...unknown, id: UNKNOWN } };
    }
    const { id, outputs } = await make(choice);
    return { id, properties: sealed(schema, { ...choice, ...outputs, id }) };
  }

  async read({ urn, id, state, inputs }: ReadRequest): Promise<Found> {
    if (Object.keys(state).length === 0) {
      throw new Error(`it is in the state of its stack only: ${urn} cannot be looked up`);
    }
    return { id, properties: sealed(this.#recipe.schema, state), inputs };
  }

  async update({ urn }: { urn: string }): Promise<PropertyMap> {
    throw new Error(`nothing of it can change in place: ${urn}`);
  }

  async delete(): Promise<void> {}

  #choice(inputs: PropertyMap): PropertyMap {
    const { schema, defaults } = this.#recipe;
    const [known] = parted(inputs, (name) => name in schema);
    return { ...defaults, ...known };
  }
}

/** The properties of these names, and the others. */
function parted(
  properties: PropertyMap,
  is: (name: string) => boolean,
): [PropertyMap, PropertyMap] {
  const entries = Object.entries(properties);
  return [
    Object.fromEntries(entries.filter(([name]) => is(name))),
    Object.fromEntries(entries.filter(([name]) => !is(name))),
  ];
}
