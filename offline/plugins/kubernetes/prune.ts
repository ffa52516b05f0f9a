import { isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";

/** Of what is live, that part which inputs speak of: the rest is the cluster's own. */
export function pruned(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(live)
      .filter(([name]) => name in inputs)
      .map(([name, value]) => [name, prunedValue(value, inputs[name] ?? null)]),
  );
}

function prunedValue(live: PropertyValue, input: PropertyValue): PropertyValue {
  if (isMap(live) && isMap(input)) {
    return pruned(live, input);
  }
  if (Array.isArray(live) && Array.isArray(input)) {
    return live.length > 0 && input.length > 0 && isMap(live[0] ?? null) !== isMap(input[0] ?? null)
      ? live
      : live.slice(0, input.length).map((item, i) => prunedValue(item, input[i] ?? null));
  }
  return live;
}
