/** Whose a thing is: every container, volume, network and image that Slipway makes says so. */
export interface Owner {
  readonly project: string;
  readonly stack: string;
}

export type Role =
  | "network"
  | "database"
  | "database-proxy"
  | "image"
  | "ingress"
  | "front"
  | "web"
  | "process"
  | "certificate"
  | "step"
  /** A command that a person runs beside the stack. No step made it, so no repair ends it. */
  | "one-off";

/** Labels of a thing with a role; `release` names the version where there is one. */
export function labels(owner: Owner, role: Role, release?: string): Record<string, string> {
  return {
    "slipway.project": owner.project,
    "slipway.stack": owner.stack,
    "slipway.role": role,
    ...(release === undefined ? {} : { "slipway.release": release }),
  };
}

/** Labels as the Docker provider takes them. */
export function labelList(of: Record<string, string>): { label: string; value: string }[] {
  return Object.entries(of).map(([label, value]) => ({ label, value }));
}

/** Labels as options of the docker command; their values never need quoting. */
export function labelOptions(of: Record<string, string>): string {
  return Object.entries(of)
    .map(([label, value]) => `--label ${label}=${value}`)
    .join(" ");
}

/** What finds, with the docker command, the things of an owner that have a role. */
export function labelFilters(owner: Owner, role: Role): string {
  return filters(labels(owner, role));
}

/** What finds all that is an owner's. */
export function ownerFilters({ project, stack }: Owner): string {
  return filters({ "slipway.project": project, "slipway.stack": stack });
}

const filters = (of: Record<string, string>) =>
  Object.entries(of)
    .map(([label, value]) => `--filter label=${label}=${value}`)
    .join(" ");
