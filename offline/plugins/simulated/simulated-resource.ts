import {
  containsUnknown,
  equal,
  isMap,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  withoutSecrets,
} from "../property-value.ts";
import type {
  Checked,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  Difference,
  DiffRequest,
  Found,
  ReadRequest,
  Resource,
  UpdateRequest,
} from "../provider.ts";
import { check } from "./check.ts";
import { DEFAULTS, withoutNotes } from "./defaults.ts";
import { difference } from "./difference.ts";
import type { Kind, Settings } from "./kind.ts";
import { mapFields } from "./map-fields.ts";
import type { Field, Schema } from "./schema.ts";
import { sealed } from "./sealed.ts";
import { simulate } from "./simulator.ts";

/** Things of a kind that exist in the state of a stack and nowhere else. */
export class SimulatedResource implements Resource {
  readonly #kind: Kind;
  readonly #settings: () => Settings;

  constructor(kind: Kind, settings: () => Settings) {
    this.#kind = kind;
    this.#settings = settings;
  }

  check(request: CheckRequest): Checked {
    const { inputs, failures } = check(this.#kind.schema, request);
    const reason =
      failures.length === 0 ? this.#kind.inputProblem?.(withoutNotes(inputs)) : undefined;
    return { inputs, failures: reason === undefined ? failures : [{ property: "", reason }] };
  }

  diff({ state, oldInputs, inputs }: DiffRequest): Difference {
    const changes = difference(this.#kind.schema, state, oldInputs, inputs);
    const replaces = [...changes.values()].some((kind) => kind.endsWith("-replace"));
    if (!replaces) {
      refuse(this.#kind.changeProblem?.(withoutNotes(oldInputs), withoutNotes(inputs)));
    }
    return {
      changes,
      deleteBeforeReplace: this.#kind.deleteBeforeReplace ?? this.#nameIsTaken(inputs),
      stables: [],
    };
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: PropertyMap }> {
    const { schema } = this.#kind;
    const inputs = withoutNotes(request.inputs);
    const thing = { inputs, settings: this.#settings(), seed: seedOf(schema, request.urn, inputs) };
    if (request.preview) {
      const foretold = this.#kind.foretold?.(thing) ?? {};
      return { id: "", properties: { ...planned(schema, inputs), ...foretold, id: UNKNOWN } };
    }
    const answer = await this.#simulate("create", inputs, request.deadline);
    const id = String(answer["id"] ?? this.#kind.id(thing));
    const outputs = await this.#kind.outputs(thing, id);
    return { id, properties: sealed(schema, { ...inputs, ...outputs, ...answer, id }) };
  }

  /** All that exists of it is in the state. */
  async read({ urn, id, state, inputs }: ReadRequest): Promise<Found> {
    if (Object.keys(state).length === 0) {
      throw new Error(`a stand-in has no cloud in which ${urn} could be looked up`);
    }
    return { id, properties: sealed(this.#kind.schema, state), inputs };
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const { schema, updateProblem } = this.#kind;
    const { id, urn, preview } = request;
    const state = withoutSecrets(request.state) as PropertyMap;
    const inputs = withoutNotes(request.inputs);
    const oldInputs = withoutNotes(request.oldInputs);
    const given = changed(oldInputs, inputs);
    const isTakenBack = (name: string) => name in oldInputs && !(name in inputs);
    const kept = pick(state, (name) => isTakenBack(name) && schema[name]?.computed === true);
    const properties = {
      ...pick(state, (name) => !isTakenBack(name)),
      ...kept,
      ...mapFields(schema, given, plannedValue),
    };
    if (containsUnknown(given)) {
      return sealed(schema, properties);
    }
    const thing = { settings: this.#settings(), seed: seedOf(schema, urn, oldInputs) };
    const outputs = changed(
      await this.#kind.outputs({ ...thing, inputs: oldInputs }, id),
      await this.#kind.outputs({ ...thing, inputs: { ...kept, ...inputs } }, id),
    );
    if (preview) {
      return sealed(schema, { ...properties, ...outputs });
    }
    refuse(updateProblem?.(oldInputs, inputs));
    const answer = await this.#simulate("update", { ...inputs, id }, request.deadline);
    return sealed(schema, { ...properties, ...outputs, ...answer, id });
  }

  async delete({ id, state, deadline }: DeleteRequest): Promise<void> {
    refuse(this.#kind.deletionProblem?.(state));
    await this.#simulate("delete", { ...state, id }, deadline);
  }

  /** Does it outside too, where there is a simulator that has a part in it. */
  async #simulate(
    operation: "create" | "update" | "delete",
    properties: PropertyMap,
    deadline: AbortSignal | undefined,
  ): Promise<PropertyMap> {
    const { outside, schema } = this.#kind;
    const verb = outside?.[operation];
    if (outside === undefined || verb === undefined) {
      return {};
    }
    const answer = await simulate(verb, outside.type, properties, deadline);
    const unknown = Object.keys(answer).filter((name) => name !== "id" && !(name in schema));
    if (unknown.length > 0) {
      const names = unknown.join(", ");
      throw new Error(`the simulator's answer has what a ${outside.type} has not: ${names}`);
    }
    return answer;
  }

  /** Two of the same name cannot exist side by side; a name that was made up can be made up anew. */
  #nameIsTaken(inputs: PropertyMap): boolean {
    const defaults = inputs[DEFAULTS];
    return Object.entries(this.#kind.schema).some(
      ([name, field]) =>
        "autoNamed" in field &&
        field.autoNamed !== undefined &&
        name in inputs &&
        Array.isArray(defaults) &&
        !defaults.includes(name),
    );
  }
}

/** A replacement differs in its made-up name, or in what replaced it, and so in id and address. */
function seedOf(schema: Schema, urn: string, inputs: PropertyMap): string {
  const identity = pick(inputs, (name) => {
    const field = schema[name];
    return field?.forceNew === true || (field !== undefined && "autoNamed" in field);
  });
  return JSON.stringify([urn, Object.entries(identity).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A preview knows what the program says; what the cloud adds is unknown. */
function planned(schema: Schema, inputs: PropertyMap): PropertyMap {
  const added = Object.entries(schema)
    .filter(([name, field]) => !(name in inputs) && (field.computed || field.output))
    .map(([name]) => [name, UNKNOWN]);
  return { ...mapFields(schema, inputs, plannedValue), ...Object.fromEntries(added) };
}

function plannedValue(field: Field, value: PropertyValue): PropertyValue {
  if (field.type === "object" && isMap(value)) {
    return planned(field.of, value);
  }
  if ((field.type === "list" || field.type === "set") && Array.isArray(value)) {
    const { of } = field;
    return value.map((item) => (typeof of !== "string" && isMap(item) ? planned(of, item) : item));
  }
  return value;
}

function pick(properties: PropertyMap, wanted: (name: string) => boolean): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => wanted(name)));
}

/** What is new or different: the rest stays, for it may be as a simulator said. */
function changed(before: PropertyMap, after: PropertyMap): PropertyMap {
  return pick(after, (name) => !equal(before[name] ?? null, after[name] ?? null));
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) {
    throw new Error(problem);
  }
}
