import type { PropertyMap, PropertyValue } from "../property-value.ts";

/** The properties of a resource, or of an object in it, by their Pulumi names. */
export type Schema = Readonly<Record<string, Field>>;

/** What the official provider says of a property. */
export type Field = Scalar | Items | Texts | Nested;

interface Common {
  /** The user must give a value. */
  readonly required?: true;
  /** The cloud has a value of its own where the user gives none: to take one back changes nothing. */
  readonly computed?: true;
  /** Only ever set by the cloud: as an input it is unknown. */
  readonly output?: true;
  /** A change needs a new resource; always, or only such a change. */
  readonly forceNew?: true | ((change: Change) => boolean);
  /** The engine encrypts it in the state and hides it on the screen. */
  readonly secret?: true;
}

export interface Change {
  readonly before: PropertyValue;
  readonly after: PropertyValue;
  readonly oldInputs: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface Scalar extends Common {
  readonly type: "string" | "int" | "float" | "bool";
  readonly default?: string | number | boolean;
  /** Properties beside it with which the default is not taken. */
  readonly conflictsWith?: readonly string[];
  /** Where the user gives no name: that of the resource, with a random end. */
  readonly autoNamed?: NamingRules;
  readonly oneOf?: readonly string[];
  readonly pattern?: RegExp;
}

export interface NamingRules {
  readonly maxLength: number;
  readonly lowerCase?: true;
}

export interface Items extends Common {
  /** The order of a set says nothing. */
  readonly type: "list" | "set";
  readonly of: "string" | "int" | Schema;
}

interface Texts extends Common {
  readonly type: "map";
}

interface Nested extends Common {
  readonly type: "object";
  readonly of: Schema;
}
