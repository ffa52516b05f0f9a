import * as pulumi from "@pulumi/pulumi";

/**
 * A text that is there once resources are made: a resource that uses it waits for them, as with `dependsOn`, also
 * where it is handed on to a component that knows nothing of them. Their URNs carry that dependency alone.
 */
export function after(
  text: pulumi.Input<string>,
  ...resources: readonly pulumi.Resource[]
): pulumi.Output<string> {
  const urns = resources.map(({ urn }) => urn);
  return pulumi.all([text, ...urns]).apply(([known = ""]) => known);
}
