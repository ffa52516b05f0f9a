import { containsUnknown, withoutNulls } from "../property-value.ts";
import type { Checked, CheckRequest } from "../provider.ts";
import { AUTONAMED, unknownSettings } from "./annotations.ts";
import type { Cluster } from "./cluster.ts";
import { isBuiltIn, type Kind } from "./kinds.ts";
import {
  annotation,
  isCustomResourceDefinition,
  type Manifest,
  namespaceOf,
  toManifest,
  toProperties,
  valueAt,
  withValue,
} from "./manifest.ts";
import { isNamed, named } from "./naming.ts";
import { normalized } from "./normalize.ts";
import { sealed } from "./secrets.ts";

/** Inputs as they are kept and sent: with a name, a namespace and in the server's form. */
export async function check(cluster: Cluster, kind: Kind, request: CheckRequest): Promise<Checked> {
  const given = withoutNulls(request.inputs);
  const inputs = normalized(toManifest(given), isBuiltIn(kind));
  const failures = unknownSettings(inputs).map((name) => ({
    property: "",
    reason: `the stand-in for the kubernetes plugin has no annotation ${JSON.stringify(name)}`,
  }));
  if (annotation(inputs, AUTONAMED) !== "") {
    request.log("warning", `ignoring user-specified value for internal annotation "${AUTONAMED}"`);
  }
  if (valueAt(inputs, "metadata", "generateName") !== undefined && !isNamed(inputs)) {
    throw new Error(
      "the `.metadata.generateName` field is not supported in Server-Side Apply mode",
    );
  }
  const complete = await withNamespace(
    cluster,
    kind,
    named(inputs, toManifest(request.oldInputs), request),
  );
  if (isCustomResourceDefinition(complete) && !containsUnknown(complete)) {
    cluster.noteDefinition(complete);
  }
  return { inputs: sealed(toProperties(complete), given), failures };
}

async function withNamespace(cluster: Cluster, kind: Kind, inputs: Manifest): Promise<Manifest> {
  const { namespace } = cluster;
  const isGiven =
    namespaceOf(inputs) !== "" || valueAt(inputs, "metadata", "namespace") !== undefined;
  return namespace === undefined || isGiven || !(await cluster.isNamespaced(kind))
    ? inputs
    : withValue(inputs, ["metadata", "namespace"], namespace);
}
