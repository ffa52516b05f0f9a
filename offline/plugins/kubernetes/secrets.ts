import { isMap, type PropertyMap, type PropertyValue, Secret } from "../property-value.ts";

/**
 * Marks in `outputs` what is secret in `inputs`. Of objects only the members that are; of a list
 * all of it, because a server may order lists anew.
 */
export function sealed(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  if (outputs["kind"] === "Secret") {
    return { ...outputs, ...secretMembers(outputs, ["data", "stringData"]) };
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => {
      const input = inputs[name] ?? null;
      if (isMap(output) && isMap(input)) {
        return [name, sealed(output, input)];
      }
      return [name, containsSecret(input) ? asSecret(output) : output];
    }),
  );
}

function secretMembers(outputs: PropertyMap, names: readonly string[]): PropertyMap {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = outputs[name];
      return value === undefined ? [] : [[name, asSecret(value)]];
    }),
  );
}

function asSecret(value: PropertyValue): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

function containsSecret(value: PropertyValue): boolean {
  if (Array.isArray(value)) {
    return value.some(containsSecret);
  }
  return isMap(value) ? Object.values(value).some(containsSecret) : value instanceof Secret;
}
