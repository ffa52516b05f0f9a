/** What the engine shows in the place of a secret. */
const SECRET = "[secret]";

/** What the engine writes for a value that is known only when it is made, by the kind of value. */
const UNKNOWN = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export const isUnknown = (value: unknown) => typeof value === "string" && UNKNOWN.has(value);

/** Parts of a path: `spec.ports[0].port` as `spec`, `ports`, `0`, `port`. */
const partsOf = (path: string): string[] => path.match(/[^.[\]"]+/g) ?? [];

/** The value at a path, or undefined. */
export function at(value: unknown, path: string): unknown {
  return partsOf(path).reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string, unknown>)[part]
        : undefined,
    value,
  );
}

/** Every value that has no parts, with its path. */
export function leaves(value: unknown, path = ""): { path: string; value: unknown }[] {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  return Object.entries(value)
    .filter(([name]) => !name.startsWith("__"))
    .flatMap(([name, inner]) => leaves(inner, path === "" ? name : `${path}.${name}`));
}

/** Paths at which a secret was and something that is none is now. */
export function madePlain(old: unknown, now: unknown): string[] {
  const secrets = (all: unknown) => leaves(all).filter(({ value }) => value === SECRET).length;
  return plainIn(old, now, "", secrets(now) < secrets(old));
}

/** @param fewer whether there are fewer secrets in all: else one from a list may be in another place. */
function plainIn(old: unknown, now: unknown, path: string, fewer: boolean): string[] {
  if (old === SECRET) return isPlain(now) ? [path] : [];
  if (typeof old !== "object" || old === null) return [];
  if (Array.isArray(old)) return plainInList(old, asList(now), path, fewer);
  return Object.entries(old).flatMap(([name, inner]) =>
    plainIn(inner, at(now, name), path === "" ? name : `${path}.${name}`, fewer),
  );
}

/** Whether there is a value that everybody may read. */
const isPlain = (value: unknown) =>
  leaves(value).some(
    (leaf) =>
      ![undefined, null, "", SECRET].includes(leaf.value as string) && !isUnknown(leaf.value),
  );

/** What comes and goes in a list moves the rest: things are found again by their names, values by themselves. */
function plainInList(
  old: readonly unknown[],
  now: readonly unknown[],
  path: string,
  fewer: boolean,
): string[] {
  const things = old.flatMap((one, index) => {
    const key = keyOf(one);
    const same = key === undefined ? now[index] : now.find((other) => keyOf(other) === key);
    return typeof one === "object" ? plainIn(one, same, `${path}.${key ?? index}`, fewer) : [];
  });
  const isNew = (one: unknown) =>
    typeof one !== "object" && isPlain(one) && !old.includes(one) && !isFileOfSecret(one);
  return fewer && old.includes(SECRET) && now.some(isNew) ? [...things, path] : things;
}

/** Where the app finds a secret that it is given as a file: the path is none. */
const isFileOfSecret = (one: unknown) => /^\w+_FILE=\/run\/secrets\/\w+$/.test(String(one));

const keyOf = (thing: unknown) =>
  ["name", "file", "label", "key"]
    .map((name) => at(thing, name))
    .find((one) => typeof one === "string");

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
