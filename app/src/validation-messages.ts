import type { FastifySchemaValidationError } from "fastify/types/schema.js";
import type { ErrorMessages } from "./api-error.ts";

const BLANK = "can't be blank";

/** Ajv's findings in the words of the RealWorld API: `{ "title": ["can't be blank"] }`. */
export function validationMessages(
  findings: readonly FastifySchemaValidationError[],
): ErrorMessages {
  const byField = new Map<string, Set<string>>();
  for (const finding of findings) {
    const field = fieldOf(finding);
    byField.set(field, (byField.get(field) ?? new Set()).add(messageOf(finding)));
  }
  return Object.fromEntries(
    [...byField].map(([field, messages]) => [
      field,
      // A blank field is also too short and of the wrong form; to say so would only be noise.
      messages.has(BLANK) ? [BLANK] : [...messages],
    ]),
  );
}

function fieldOf({ keyword, params, instancePath }: FastifySchemaValidationError): string {
  const { missingProperty } = params;
  if (keyword === "required") return String(missingProperty);
  // The last name on the path that is not an index: `/article/tagList/3` is about `tagList`.
  const names = instancePath.split("/").filter((part) => part !== "" && !/^\d+$/.test(part));
  return names.at(-1) ?? "body";
}

function messageOf({ keyword, params, message }: FastifySchemaValidationError): string {
  const { limit } = params;
  switch (keyword) {
    case "required":
    case "pattern":
      return BLANK;
    case "format":
      return "is invalid";
    case "minLength":
      return `is too short (minimum is ${String(limit)} characters)`;
    case "maxLength":
      return `is too long (maximum is ${String(limit)} characters)`;
    case "maxItems":
      return `has too many entries (maximum is ${String(limit)})`;
    default:
      return message ?? "is invalid";
  }
}
