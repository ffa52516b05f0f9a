import { autoName } from "../auto-name.ts";
import type { PropertyMap } from "../property-value.ts";
import type { CheckRequest } from "../provider.ts";
import { DEFAULTS } from "./defaults.ts";
import type { NamingRules } from "./schema.ts";

/** A made-up value for `property`, which is kept until the resource is replaced. */
export function madeUpName(property: string, rules: NamingRules, request: CheckRequest): string {
  const kept = madeUpBefore(property, request.oldInputs);
  const name = autoName({ ...request, oldInputs: kept === undefined ? {} : { name: kept } });
  if (request.autonaming?.mode === "enforce") {
    return name;
  }
  if (name.length > rules.maxLength) {
    throw new Error(`calculated name '${name}' exceeds maximum length of ${rules.maxLength}`);
  }
  return rules.lowerCase ? name.toLowerCase() : name;
}

function madeUpBefore(property: string, oldInputs: PropertyMap): string | undefined {
  const defaults = oldInputs[DEFAULTS];
  return Array.isArray(defaults) && defaults.includes(property)
    ? String(oldInputs[property])
    : undefined;
}
