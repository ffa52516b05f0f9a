/**
 * The law of imports: each folder, and the folders that its files may import from besides their own.
 * ESLint and the tests read it here. There is no circle anywhere, among files neither.
 */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  app: [],
  components: [],
  stacks: ["components"],
  infra: ["stacks", "components"],
  ops: ["infra", "components"],
  setup: ["ops"],
};

/** Folders that no other imports from. `setup/offline.ts` alone has the package of `offline`, by its name. */
export const APART: readonly string[] = ["app", "examples", "offline", "test"];

/** The files of the product that `offline` imports, for its tests alone. */
export const KNOWN_TO_OFFLINE: readonly string[] = ["ops/processes.ts", "ops/tools.ts"];

/** The one file that imports the package of `offline`. */
export const KNOWS_OFFLINE = "setup/offline.ts";

/** The folders that a folder must not import from. */
export function forbiddenTo(folder: string): string[] {
  const allowed = [folder, ...(LAYERS[folder] ?? [])];
  return [...new Set([...Object.keys(LAYERS), ...APART])].filter((one) => !allowed.includes(one));
}
