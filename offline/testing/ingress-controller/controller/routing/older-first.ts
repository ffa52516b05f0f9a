import type { Ingress } from "../cluster/objects.ts";

/** Of two Ingresses of one age, the first is the one whose unique identifier sorts last. */
export function olderFirst(one: Ingress, other: Ingress): [Ingress, Ingress] {
  const difference =
    Date.parse(one.metadata.creationTimestamp) - Date.parse(other.metadata.creationTimestamp);
  const oneWins = difference === 0 ? one.metadata.uid > other.metadata.uid : difference < 0;
  return oneWins ? [one, other] : [other, one];
}
