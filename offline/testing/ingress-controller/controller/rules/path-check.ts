import type { Path } from "../cluster/objects.ts";
import { invalid, required } from "./field-problems.ts";

/** What is wrong with the path of a rule, which ends up in the text of a configuration. */
export function rulePathProblems(field: string, { path = "", pathType }: Path): string[] {
  if (path === "" && pathType === "ImplementationSpecific") return [];
  if (path === "") return [required(field, "path is required for Exact and Prefix PathTypes")];
  const problem = pathProblem(field, path, /^\/[^\s;]*$/);
  if (problem !== undefined) return [problem];
  return [
    ...(isExpression(path) ? [] : [invalid(field, path, "must be a valid regular expression")]),
    ...(/^([^"\\]|\\.)*$/.test(path)
      ? []
      : [invalid(field, path, `must have all '"' (double quotes) escaped`)]),
    ...(/\{[^}]*[A-Za-z][^}]*\}/.test(path)
      ? [invalid(field, path, "must not include curly braces containing alphabetical characters")]
      : []),
    ...(/^\/etc\/|\/root|\/var|\\n|\\r$/.test(path)
      ? [invalid(field, path, "must not contain invalid paths")]
      : []),
  ];
}

/** What is wrong with a path anywhere. */
export function pathProblem(
  field: string,
  path: string,
  pattern = /^\/[^\s{};]*$/,
): string | undefined {
  if (path.startsWith("//")) {
    const detail = "protocol-relative URIs not allowed, must not start with '//'";
    return invalid(field, path, detail);
  }
  if (path.split(/[/\\]/).includes("..")) {
    const detail = "path traversal not allowed, path must not contain '..' segments";
    return invalid(field, path, detail);
  }
  if (!pattern.test(path)) {
    const detail = "must start with / and must not include any whitespace character or `;`";
    return invalid(field, path, detail);
  }
  return undefined;
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
