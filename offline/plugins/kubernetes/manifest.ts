import {
  isMap,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  withoutSecrets,
} from "../property-value.ts";

/** A Kubernetes object as its JSON has it. In a preview, some of it may be unknown. */
export type Manifest = PropertyMap;

/** The SDK cannot have dashes in names: these, of the schemas of CRDs, it writes with underscores. */
const UNDERSCORED = /^x_kubernetes_/;
const DASHED = /^x-kubernetes-/;

/** Properties as the API server knows them: secrets are a matter of the engine. */
export function toManifest(properties: PropertyMap): Manifest {
  return renamed(withoutSecrets(properties), (name) =>
    UNDERSCORED.test(name) ? name.replaceAll("_", "-") : name,
  ) as Manifest;
}

/** An object as the SDK knows it. */
export function toProperties(manifest: Manifest): PropertyMap {
  return renamed(manifest, (name) =>
    DASHED.test(name) ? name.replaceAll("-", "_") : name,
  ) as PropertyMap;
}

function renamed(value: PropertyValue, rename: (name: string) => string): PropertyValue {
  if (Array.isArray(value)) {
    return value.map((item) => renamed(item, rename));
  }
  return isMap(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, item]) => [rename(name), renamed(item, rename)]),
      )
    : value;
}

export function valueAt(manifest: Manifest, ...path: string[]): PropertyValue | undefined {
  let value: PropertyValue | undefined = manifest;
  for (const step of path) {
    value = isMap(value) ? value[step] : undefined;
  }
  return value;
}

export function textAt(manifest: Manifest, ...path: string[]): string {
  const value = valueAt(manifest, ...path);
  return typeof value === "string" ? value : "";
}

export function numberAt(manifest: Manifest, ...path: string[]): number | undefined {
  const value = valueAt(manifest, ...path);
  return typeof value === "number" ? value : undefined;
}

/** The objects in a list. */
export function objectsAt(manifest: Manifest, ...path: string[]): Manifest[] {
  const value = valueAt(manifest, ...path);
  return Array.isArray(value) ? value.filter(isMap) : [];
}

export function nameOf(manifest: Manifest): string {
  return textAt(manifest, "metadata", "name");
}

export function namespaceOf(manifest: Manifest): string {
  return textAt(manifest, "metadata", "namespace");
}

/** How the engine identifies it: `namespace/name`, or the name of what is in no namespace. */
export function idOf(manifest: Manifest): string {
  const namespace = namespaceOf(manifest);
  return namespace === "" ? nameOf(manifest) : `${namespace}/${nameOf(manifest)}`;
}

export function annotation(manifest: Manifest, name: string): string {
  return textAt(manifest, "metadata", "annotations", name);
}

export function isOwnedBy(manifest: Manifest, owner: Manifest): boolean {
  const uid = textAt(owner, "metadata", "uid");
  return objectsAt(manifest, "metadata", "ownerReferences").some((reference) => {
    return reference["uid"] === uid;
  });
}

export function isCustomResourceDefinition(manifest: Manifest): boolean {
  return (
    manifest["kind"] === "CustomResourceDefinition" &&
    textAt(manifest, "apiVersion").startsWith("apiextensions.k8s.io/")
  );
}

export function isSecret(manifest: Manifest): boolean {
  return manifest["kind"] === "Secret" && manifest["apiVersion"] === "v1";
}

/** A copy that has the value; what is unknown stays unknown as a whole. */
export function withValue(
  manifest: Manifest,
  [step, ...rest]: readonly string[],
  value: PropertyValue,
): Manifest {
  if (step === undefined) {
    return manifest;
  }
  if (rest.length === 0) {
    return { ...manifest, [step]: value };
  }
  const inner = manifest[step];
  if (inner === UNKNOWN) {
    return manifest;
  }
  return { ...manifest, [step]: withValue(isMap(inner) ? inner : {}, rest, value) };
}

/** A copy that has no such value. */
export function withoutValue(manifest: Manifest, [step, ...rest]: readonly string[]): Manifest {
  if (step === undefined || !(step in manifest)) {
    return manifest;
  }
  if (rest.length === 0) {
    const { [step]: _, ...others } = manifest;
    return others;
  }
  const inner = manifest[step];
  return isMap(inner) ? { ...manifest, [step]: withoutValue(inner, rest) } : manifest;
}
