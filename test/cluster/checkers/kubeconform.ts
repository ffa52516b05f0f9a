import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiServer } from "./api-server.ts";

type Schema = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** @returns what kubeconform finds wrong, with a schema of each kind made from what the API server says of it. */
export async function kubeconform(
  server: ApiServer,
  manifests: string,
  folder: string,
): Promise<string> {
  const schemas = join(folder, "schemas");
  mkdirSync(schemas, { recursive: true });
  for (const path of await server.documents()) writeSchemas(await server.document(path), schemas);
  execFileSync("go", ["build", "-mod=readonly", "-o", `${folder}/`, "tool"], {
    cwd: import.meta.dirname,
    env: { ...process.env, CGO_ENABLED: "0" },
    stdio: "pipe",
  });
  const location = `${schemas}/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
  const { stdout, stderr } = spawnSync(
    join(folder, "kubeconform"),
    ["-schema-location", location, "-summary", manifests],
    { encoding: "utf8" },
  );
  return stdout + stderr;
}

/** Under the names by which kubeconform looks for them. */
function writeSchemas(all: Schemas, folder: string): void {
  const components = { schemas: closed(all) };
  for (const [name, schema] of Object.entries(all)) {
    const kinds = (schema["x-kubernetes-group-version-kind"] ?? []) as readonly GroupVersionKind[];
    for (const { group, version, kind } of kinds) {
      const parts = [kind, ...(group === "" ? [] : [group.split(".")[0] ?? ""]), version];
      const file = `${parts.join("-").toLowerCase()}.json`;
      const text = JSON.stringify({ $ref: `#/components/schemas/${name}`, components });
      writeFileSync(join(folder, file), text);
    }
  }
}

/** As strict as the API server can be: a field that is not in a schema is misspelt. */
function closed(all: Schemas): Schemas {
  const entries = Object.entries(all).map(([name, schema]) => {
    const isOpen = schema["properties"] === undefined || "additionalProperties" in schema;
    return [name, isOpen ? schema : { ...schema, additionalProperties: false }] as const;
  });
  return Object.fromEntries(entries);
}
