import { isMap, type PropertyValue } from "../property-value.ts";

/** The properties of a resource, by their Pulumi names. */
export type Schema = Readonly<Record<string, Field>>;

/** What the upstream provider says of a property; how a change is planned follows from it. */
export type Field = Scalar | Collection;

interface Common {
  /** The user must give a value. */
  readonly required?: true;
  /** The engine has a value of its own where the user gives none: its absence is no change. */
  readonly computed?: true;
  /** Only ever set by the engine: as an input it is unknown. */
  readonly output?: true;
  /** A change needs a new resource. */
  readonly forceNew?: true;
  /** Whether a new value, or none, says the same as the old one although it differs. */
  readonly sameAs?: (before: PropertyValue, after: PropertyValue) => boolean;
}

export interface Scalar extends Common {
  readonly type: "string" | "int" | "bool";
  readonly default?: string | number | boolean;
  /** Where the user gives no name: that of the resource, with a random end. */
  readonly autoNamed?: true;
  /** The form in which the value is kept. */
  readonly normalize?: (value: string) => string;
  /** What is wrong with a value. */
  readonly validate?: (value: string | number) => string | undefined;
}

export interface Collection extends Common {
  readonly type: "list" | "set" | "map";
  /** What the elements are made of; strings if absent. */
  readonly element?: Schema;
  /** At most one element, which Pulumi shows as the object itself. */
  readonly single?: true;
  /** What upstream calls the collection, for messages that show it. */
  readonly upstreamName?: string;
}

export function isCollection(field: Field): field is Collection {
  return field.type === "list" || field.type === "set" || field.type === "map";
}

/** Upstream cannot tell a value that is zero or empty from one that was never given. */
export function isEmpty(value: PropertyValue): boolean {
  return (
    value === null ||
    value === "" ||
    value === 0 ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isMap(value) && Object.keys(value).length === 0)
  );
}

export function atLeast(minimum: number) {
  return (value: string | number): string | undefined =>
    Number(value) < minimum ? `'${value}' cannot be lower than ${minimum}` : undefined;
}

export function matching(pattern: RegExp) {
  return (value: string | number): string | undefined =>
    pattern.test(String(value))
      ? undefined
      : `'${value}' doesn't match the pattern '${pattern.source}'`;
}
