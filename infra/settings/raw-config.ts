import * as pulumi from "@pulumi/pulumi";

/** Whether the stack's file has the value encrypted. The SDK knows, but leaves it out of its types. */
const { isConfigSecret } = pulumi.runtime as typeof pulumi.runtime & {
  isConfigSecret(key: string): boolean;
};

/** A value as the engine hands it over; a map or a list is JSON. */
interface RawValue {
  readonly text: string;
  readonly isEncrypted: boolean;
}

/** The project's config by key, without its name. Read once: the SDK parses all of it for each key. */
export function rawConfig(project: string): ReadonlyMap<string, RawValue> {
  const prefix = `${project}:`;
  return new Map(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([full]) => full.startsWith(prefix))
      .map(([full, text]) => [
        full.slice(prefix.length),
        { text, isEncrypted: isConfigSecret(full) },
      ]),
  );
}
