import type { PropertyMap } from "../property-value.ts";
import type { Schema } from "./schema.ts";
import type { SimulatorVerbs } from "./simulator.ts";

/** A kind of thing in a cloud. */
export interface Kind {
  readonly schema: Schema;
  /** Whether its replacement cannot stand beside it, whatever it is called. */
  readonly deleteBeforeReplace?: true;
  /** What the cloud would not take of inputs that are right each for itself. */
  inputProblem?(inputs: PropertyMap): string | undefined;
  /** What a plan would not do with a thing that stays. */
  changeProblem?(oldInputs: PropertyMap, inputs: PropertyMap): string | undefined;
  /** What only the attempt shows. */
  updateProblem?(oldInputs: PropertyMap, inputs: PropertyMap): string | undefined;
  deletionProblem?(state: PropertyMap): string | undefined;
  /** What a preview knows already of the outputs. */
  foretold?(thing: Thing): PropertyMap;
  /** The same for the same thing. */
  id(thing: Thing): string;
  /** What the cloud has to say of it, beside the inputs. */
  outputs(thing: Thing, id: string): PropertyMap | Promise<PropertyMap>;
  /** What of it is also done outside, where there is a simulator. */
  readonly outside?: SimulatorVerbs;
}

/** One thing of a kind, as far as the program decides it. */
export interface Thing {
  readonly inputs: PropertyMap;
  /** The configuration of the provider. */
  readonly settings: Settings;
  /** Different for different things: what is made up comes from it. */
  readonly seed: string;
}

export type Settings = Readonly<Record<string, string>>;
