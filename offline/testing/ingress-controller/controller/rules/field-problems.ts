/** What is wrong with a field, in the words that Kubernetes has for it. */

export function required(path: string, detail = ""): string {
  return withDetail(`${path}: Required value`, detail);
}

export function invalid(path: string, value: string, detail: string): string {
  return withDetail(`${path}: Invalid value: ${JSON.stringify(value)}`, detail);
}

export function forbidden(path: string, detail: string): string {
  return withDetail(`${path}: Forbidden`, detail);
}

export function duplicate(path: string, value: string): string {
  return `${path}: Duplicate value: ${JSON.stringify(value)}`;
}

export function tooMany(path: string, count: number, most: number): string {
  const items = most === 1 ? "item" : "items";
  return `${path}: Too many: ${count}: must have at most ${most} ${items}`;
}

/** Several problems as one message: those that say the same are one. */
export function together(problems: readonly string[]): string {
  const distinct = [...new Set(problems)];
  return distinct.length === 1 ? String(distinct[0]) : `[${distinct.join(", ")}]`;
}

function withDetail(text: string, detail: string): string {
  return detail === "" ? text : `${text}: ${detail}`;
}
