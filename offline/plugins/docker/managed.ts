import type { PropertyMap } from "../property-value.ts";
import type { Engine } from "./engine.ts";
import type { Schema } from "./schema.ts";

/** A kind of thing in a Docker Engine: its properties, and what is done for it there. */
export interface Managed {
  readonly schema: Schema;
  /** Whether its replacement cannot stand beside it, whatever it is called. */
  readonly deleteBeforeReplace: boolean;
  /**
   * Makes it as planned. `exists` is called as soon as there is something with an id: if a later step
   * fails, that is kept in the state, unfinished.
   */
  create(engine: Engine, planned: PropertyMap, exists: (id: string) => void): Promise<void>;
  /** The properties that the engine can tell; null when it is gone. */
  read(engine: Engine, id: string, state: PropertyMap): Promise<Found | null>;
  /** Changes it in place; the result is read again only if `readsAfterUpdate`. */
  update(engine: Engine, id: string, state: PropertyMap, planned: PropertyMap): Promise<void>;
  readonly readsAfterUpdate: boolean;
  delete(engine: Engine, id: string, state: PropertyMap): Promise<void>;
}

interface Found {
  readonly id: string;
  readonly properties: PropertyMap;
}
