import { labels, type Owner, type Role } from "../labels.ts";

/** Labels of an object with a role; `release` names the version where there is one. */
export function objectLabels(owner: Owner, role: Role, release?: string): Record<string, string> {
  return labels(owner, role, release === undefined ? undefined : labelValue(release));
}

/** What a selector looks for: the labels that stay from release to release. */
export function selector(owner: Owner, role: Role): Record<string, string> {
  return labels(owner, role);
}

/** Kubernetes takes 63 letters, digits, `.`, `_` and `-`, with a letter or a digit at both ends. */
function labelValue(text: string): string {
  return text
    .replaceAll(/[^\w.-]/g, "_")
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
