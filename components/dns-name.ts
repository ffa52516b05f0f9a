/** A host name and the zone that it is in. */
export interface DnsName {
  /** As the cloud knows it: the zone's domain at DigitalOcean, the zone's own name at Google. */
  readonly zone: string;
  readonly domain: string;
}

/** How long others may remember a record. The address outlives the machine, so it hardly ever changes. */
export const DNS_SECONDS = 300;

/** A domain as its zone writes it: without the zone, and @ for the zone itself. */
export function nameInZone(domain: string, zone: string): string {
  if (domain === zone) return "@";
  return domain.endsWith(`.${zone}`) ? domain.slice(0, -zone.length - 1) : domain;
}
