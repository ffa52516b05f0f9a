import structPb from "google-protobuf/google/protobuf/struct_pb.js";

/** A value that is not known before an update has run. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A value that the engine encrypts in the state and hides on the screen. */
export class Secret {
  readonly element: PropertyValue;

  constructor(element: PropertyValue) {
    this.element = element;
  }
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | Secret
  | PropertyValue[]
  | PropertyMap;

export interface PropertyMap {
  [name: string]: PropertyValue;
}

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has one sentinel for each type that an unknown value will have. */
const UNKNOWN_SENTINELS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export function decodeProperties(struct: structPb.Struct | undefined): PropertyMap {
  return struct === undefined ? {} : (decode(struct.toJavaScript()) as PropertyMap);
}

export function encodeProperties(properties: PropertyMap): structPb.Struct {
  return structPb.Struct.fromJavaScript(
    encode(properties) as Record<string, structPb.JavaScriptValue>,
  );
}

/** Decodes plain JSON, as provider configuration carries it, by the same rules. */
export function decode(value: unknown): PropertyValue {
  if (typeof value === "string") {
    return UNKNOWN_SENTINELS.has(value) ? UNKNOWN : value;
  }
  if (Array.isArray(value)) {
    return value.map(decode);
  }
  if (typeof value === "object" && value !== null) {
    const object = value as Record<string, unknown>;
    if (object[SIGNATURE_KEY] === SECRET_SIGNATURE) {
      return new Secret(decode(object["value"]));
    }
    return mapValues(object, decode);
  }
  return value as null | boolean | number;
}

export function encode(value: PropertyValue): unknown {
  if (value === UNKNOWN) {
    return UNKNOWN_STRING;
  }
  if (value instanceof Secret) {
    return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: encode(value.element) };
  }
  if (Array.isArray(value)) {
    return value.map(encode);
  }
  return isMap(value) ? mapValues(value, encode) : value;
}

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret)
  );
}

export function containsUnknown(value: PropertyValue): boolean {
  if (value instanceof Secret) {
    return containsUnknown(value.element);
  }
  if (Array.isArray(value)) {
    return value.some(containsUnknown);
  }
  return isMap(value) ? Object.values(value).some(containsUnknown) : value === UNKNOWN;
}

export function withoutSecrets(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) {
    return withoutSecrets(value.element);
  }
  if (Array.isArray(value)) {
    return value.map(withoutSecrets);
  }
  return isMap(value) ? mapValues(value, withoutSecrets) : value;
}

/** The engine means the same by a property that is null and one that is not there. */
export function withoutNulls(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, isMap(value) ? withoutNulls(value) : value]),
  );
}

/** An unknown value equals nothing, not even another unknown value. */
export function equal(a: PropertyValue, b: PropertyValue): boolean {
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && equal(a.element, b.element);
  }
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null))
    );
  }
  if (isMap(a)) {
    return isMap(b) && unionOfKeys(a, b).every((key) => equal(a[key] ?? null, b[key] ?? null));
  }
  return a === b && a !== UNKNOWN;
}

export function unionOfKeys(a: PropertyMap, b: PropertyMap): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

function mapValues<From, To>(
  object: Record<string, From>,
  convert: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, convert(value)]));
}
