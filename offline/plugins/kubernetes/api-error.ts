import type { Manifest } from "./manifest.ts";
import { textAt } from "./manifest.ts";

/** An answer of the API server that is an error, in the server's words. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  /** What kind of thing the error is about: `namespaces`, say. */
  readonly about: string;

  constructor(code: number, status: Manifest) {
    super(textAt(status, "message") || `the server answered with status ${code}`);
    this.code = code;
    this.reason = textAt(status, "reason");
    this.about = textAt(status, "details", "kind");
  }
}

/** The API server has no such kind of thing, not yet or not any more. */
export class NoSuchKind extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.code === 403;
}

export function isAlreadyThere(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "AlreadyExists";
}

/** Another manager owns a field that was to be applied. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Conflict";
}

export function isMissingNamespace(error: unknown): boolean {
  return isNotFound(error) && (error as ApiError).about === "namespaces";
}
