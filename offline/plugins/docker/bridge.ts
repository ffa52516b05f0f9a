import { rootOf } from "../property-path.ts";
import { type PropertyMap, UNKNOWN, withoutSecrets } from "../property-value.ts";
import {
  type Checked,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type Difference,
  type DiffRequest,
  type Found,
  InitializationFailed,
  type ReadRequest,
  type Resource,
  type Subject,
  type UpdateRequest,
} from "../provider.ts";
import { check, DEFAULTS } from "./check.ts";
import { detailedDiff } from "./detailed-diff.ts";
import type { Engine } from "./engine.ts";
import type { Managed } from "./managed.ts";
import { applied, inHand, plan, settled } from "./plan.ts";
import { refreshedInputs } from "./refreshed-inputs.ts";
import { isCollection } from "./schema.ts";
import { upstreamError } from "./upstream-error.ts";

/** Does for a thing in a Docker Engine what the official plugin's Terraform bridge does for it. */
export class BridgedResource implements Resource {
  readonly #managed: Managed;
  readonly #engine: () => Engine;

  constructor(managed: Managed, engine: () => Engine) {
    this.#managed = managed;
    this.#engine = engine;
  }

  check(request: CheckRequest): Checked {
    const inputs = withoutSecrets(request.inputs) as PropertyMap;
    return check(this.#managed.schema, { ...request, inputs });
  }

  diff(request: DiffRequest): Difference {
    const { schema, deleteBeforeReplace } = this.#managed;
    const changes = this.#changes(request, this.#plan(request));
    const replaced = new Set(
      [...changes].filter(([, kind]) => kind.endsWith("-replace")).map(([path]) => rootOf(path)),
    );
    return {
      changes,
      deleteBeforeReplace: deleteBeforeReplace || this.#nameIsTaken(request.inputs),
      stables: Object.entries(schema)
        .filter(([name, field]) => field.forceNew && !replaced.has(name))
        .map(([name]) => name)
        .sort(),
    };
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: PropertyMap }> {
    const { schema } = this.#managed;
    const planned = plan(schema, undefined, request.inputs);
    if (request.preview) {
      return { id: "", properties: { ...planned, id: UNKNOWN } };
    }
    let id = "";
    try {
      await this.#managed.create(this.#engine(), planned, (made) => {
        id = made;
      });
      const found = await this.#managed.read(this.#engine(), id, planned);
      if (found === null) {
        throw new Error(`the engine lost ${request.name} right after it was created`);
      }
      const properties = applied(schema, planned, found.properties);
      return { id: found.id, properties: { ...properties, id: found.id } };
    } catch (error) {
      const message = reported(request, error);
      if (id === "") {
        throw new Error(message);
      }
      throw new InitializationFailed(`creating ${request.urn}: ${message}`, id, {
        ...settled(schema, planned),
        id,
      });
    }
  }

  async read(request: ReadRequest): Promise<Found | null> {
    const { schema } = this.#managed;
    if (Object.keys(request.state).length === 0) {
      throw new Error(
        `the stand-in for the docker plugin neither imports nor looks up resources: ${request.urn}`,
      );
    }
    try {
      const state = inHand(schema, request.state);
      const found = await this.#managed.read(this.#engine(), request.id, state);
      if (found === null) {
        return null;
      }
      const properties = { ...state, ...found.properties };
      return {
        id: found.id,
        properties: { ...properties, id: found.id },
        inputs: refreshedInputs(schema, request.inputs, properties),
      };
    } catch (error) {
      throw new Error(`refreshing ${request.urn}: ${reported(request, error)}`);
    }
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const { schema, readsAfterUpdate } = this.#managed;
    const { id, state } = request;
    const planned = this.#plan(request);
    const changes = this.#changes(request, planned);
    if ([...changes.values()].some((kind) => kind.endsWith("-replace"))) {
      throw new Error(
        "internal: expected diff to not require deletion or replacement during Update of " +
          `${request.urn}. Found delete=false, replace=true. This indicates a bug in provider.`,
      );
    }
    if (request.preview) {
      return { ...planned, id };
    }
    try {
      await this.#managed.update(this.#engine(), id, state, planned);
      const found = readsAfterUpdate
        ? await this.#managed.read(this.#engine(), id, planned)
        : { id, properties: {} };
      return { ...applied(schema, planned, found?.properties ?? {}), id: found?.id ?? id };
    } catch (error) {
      throw new InitializationFailed(`updating ${request.urn}: ${reported(request, error)}`, id, {
        ...settled(schema, planned),
        id,
      });
    }
  }

  async delete(request: DeleteRequest): Promise<void> {
    try {
      await this.#managed.delete(this.#engine(), request.id, request.state);
    } catch (error) {
      throw new Error(`deleting ${request.urn}: ${reported(request, error)}`);
    }
  }

  #plan({ state, inputs, ignoreChanges }: DiffRequest): PropertyMap {
    const { schema } = this.#managed;
    const planned = plan(schema, inHand(schema, state), inputs);
    const ignored = ignoreChanges.filter((name) => name in planned);
    return {
      ...planned,
      ...Object.fromEntries(ignored.map((name) => [name, state[name] ?? null])),
    };
  }

  #changes({ state, inputs }: DiffRequest, planned: PropertyMap) {
    return detailedDiff(this.#managed.schema, state, planned, inputs);
  }

  /** Two of the same name cannot exist side by side; a name that was made up can be made up anew. */
  #nameIsTaken(inputs: PropertyMap): boolean {
    const name = this.#managed.schema["name"];
    const defaults = inputs[DEFAULTS];
    return (
      name !== undefined &&
      !isCollection(name) &&
      name.autoNamed === true &&
      Array.isArray(defaults) &&
      "name" in inputs &&
      !defaults.includes("name")
    );
  }
}

/** An error as the bridge words it; its SDK also logs it by itself, so users see it twice. */
function reported({ log }: Subject, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  log("error", `  sdk-v2/provider2.go:571: sdk.helper_schema: ${message}: provider=docker@5.2.0`);
  return upstreamError(message);
}
