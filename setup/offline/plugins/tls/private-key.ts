import { type PropertyMap, UNKNOWN } from "../property-value.ts";
import type {
  Checked,
  CheckRequest,
  CreateRequest,
  Difference,
  DiffRequest,
  Found,
  ReadRequest,
  Resource,
} from "../provider.ts";
import { check } from "../simulated/check.ts";
import { withoutNotes } from "../simulated/defaults.ts";
import { difference } from "../simulated/difference.ts";
import type { Schema } from "../simulated/schema.ts";
import { sealed } from "../simulated/sealed.ts";
import { type KeyChoice, newKey } from "./key.ts";

const SCHEMA: Schema = {
  algorithm: {
    type: "string",
    required: true,
    forceNew: true,
    oneOf: ["RSA", "ECDSA", "ED25519"],
  },
  ecdsaCurve: { type: "string", forceNew: true, oneOf: ["P224", "P256", "P384", "P521"] },
  rsaBits: { type: "int", forceNew: true },

  privateKeyOpenssh: { type: "string", output: true, secret: true },
  privateKeyPem: { type: "string", output: true, secret: true },
  privateKeyPemPkcs8: { type: "string", output: true, secret: true },
  publicKeyFingerprintMd5: { type: "string", output: true },
  publicKeyFingerprintSha256: { type: "string", output: true },
  publicKeyOpenssh: { type: "string", output: true },
  publicKeyPem: { type: "string", output: true },
};

/** The official plugin does not show these as inputs, and has both whatever the algorithm is. */
const DEFAULTS = { ecdsaCurve: "P224", rsaBits: 2048 };

const OUTPUTS = Object.keys(SCHEMA).filter((name) => SCHEMA[name]?.output);

/** A key that exists in the state of a stack and nowhere else. Each change makes another key. */
export class PrivateKey implements Resource {
  check(request: CheckRequest): Checked {
    const { inputs, failures } = check(SCHEMA, request);
    return { inputs: withoutNotes(inputs), failures };
  }

  diff({ oldInputs, inputs }: DiffRequest): Difference {
    const changes = difference(
      SCHEMA,
      {},
      { ...DEFAULTS, ...oldInputs },
      { ...DEFAULTS, ...inputs },
    );
    return { changes, deleteBeforeReplace: false, stables: [] };
  }

  async create({
    inputs,
    preview,
  }: CreateRequest): Promise<{ id: string; properties: PropertyMap }> {
    const choice = { ...DEFAULTS, ...inputs };
    if (preview) {
      const unknown = Object.fromEntries(OUTPUTS.map((name) => [name, UNKNOWN]));
      return { id: "", properties: { ...choice, ...unknown, id: UNKNOWN } };
    }
    const { id, outputs } = await newKey(choice as unknown as KeyChoice);
    return { id, properties: sealed(SCHEMA, { ...choice, ...outputs, id }) };
  }

  async read({ urn, id, state, inputs }: ReadRequest): Promise<Found> {
    if (Object.keys(state).length === 0) {
      throw new Error(`a key is in the state of its stack only: ${urn} cannot be looked up`);
    }
    return { id, properties: sealed(SCHEMA, state), inputs };
  }

  async update({ urn }: { urn: string }): Promise<PropertyMap> {
    throw new Error(`nothing of a key can change in place: ${urn}`);
  }

  async delete(): Promise<void> {}
}
