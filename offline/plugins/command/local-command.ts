import { randomBytes } from "node:crypto";
import {
  type PropertyMap,
  type PropertyValue,
  withoutNulls,
  withoutSecrets,
} from "../property-value.ts";
import type {
  ChangeKind,
  Checked,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  Difference,
  DiffRequest,
  Found,
  ReadRequest,
  Resource,
  Subject,
  UpdateRequest,
} from "../provider.ts";
import { type CommandInputs, inputFailures } from "./inputs.ts";
import { objectDiff } from "./object-diff.ts";
import { previewedOutputs } from "./outputs.ts";
import { type Output, run, type Surroundings } from "./run.ts";

const NO_OUTPUT: Output = { stdout: "", stderr: "" };

/** A command on this machine, run when it is created, updated and deleted. */
export class LocalCommand implements Resource {
  readonly #cancelled: AbortSignal;

  constructor(cancelled: AbortSignal) {
    this.#cancelled = cancelled;
  }

  check({ inputs }: CheckRequest): Checked {
    const present = withoutNulls(inputs);
    return { inputs: present, failures: inputFailures(present) };
  }

  diff({ oldInputs, inputs, state, ignoreChanges }: DiffRequest): Difference {
    const changes = objectDiff(oldInputs, ignoring(ignoreChanges, inputs, state));
    return {
      changes: new Map(
        [...changes].map(([path, kind]): [string, ChangeKind] => [
          path,
          // Of the elements of `triggers` the SDK itself says that a change replaces.
          path === "triggers" ? `${kind}-replace` : kind,
        ]),
      ),
      deleteBeforeReplace: false,
      stables: [],
    };
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: PropertyMap }> {
    const { inputs, name } = request;
    const id = name + randomBytes(4).toString("hex");
    if (request.preview) {
      return { id, properties: { ...inputs, ...previewedOutputs(inputs, undefined) } };
    }
    const output = await this.#runIfAny(plain(inputs).create, inputs, NO_OUTPUT, request);
    return { id, properties: { ...inputs, ...output } };
  }

  /** A command leaves nothing behind that could be looked at. */
  async read({ id, state, inputs }: ReadRequest): Promise<Found> {
    return { id, properties: state, inputs };
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const inputs = ignoring(request.ignoreChanges, request.inputs, request.state);
    if (request.preview) {
      return { ...inputs, ...previewedOutputs(inputs, request.state) };
    }
    const { create, update } = plain(inputs);
    const previous = outputIn(request.state);
    return { ...inputs, ...(await this.#runIfAny(update ?? create, inputs, previous, request)) };
  }

  async delete(request: DeleteRequest): Promise<void> {
    const { state } = request;
    await this.#runIfAny(plain(state).delete, state, outputIn(state), request);
  }

  async #runIfAny(
    command: string | undefined,
    inputs: PropertyMap,
    previous: Output,
    request: Subject & { deadline: AbortSignal | undefined },
  ): Promise<PropertyMap> {
    if (command === undefined) {
      return { ...previous };
    }
    const surroundings: Surroundings = {
      logLine: (line) => request.log("info", line, true),
      cancelled: this.#cancelled,
      deadline: request.deadline,
    };
    return { ...(await run(command, plain(inputs), previous, surroundings)) };
  }
}

function ignoring(names: readonly string[], inputs: PropertyMap, state: PropertyMap): PropertyMap {
  const kept = names.filter((name) => state[name] !== undefined);
  return { ...inputs, ...Object.fromEntries(kept.map((name) => [name, state[name] ?? null])) };
}

function plain(properties: PropertyMap): CommandInputs {
  return withoutSecrets(properties) as CommandInputs;
}

function outputIn(state: PropertyMap): Output {
  const { stdout, stderr } = withoutSecrets(state) as { [name: string]: PropertyValue };
  return { stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
}
