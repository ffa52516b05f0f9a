const MIB_PER_GB = 1024;
const HOURS_PER_MONTH = 672;

/** What a droplet of a size has; a slug says it: `s-1vcpu-2gb`. The prices are made up. */
export function sizeOf(slug: string) {
  const vcpus = amount(slug, /(\d+)vcpu/);
  const gigabytes = amount(slug, /(\d+)gb/);
  const priceMonthly = 6 * gigabytes;
  return {
    vcpus,
    memory: gigabytes * MIB_PER_GB,
    disk: 25 * gigabytes,
    priceMonthly,
    priceHourly: priceMonthly / HOURS_PER_MONTH,
  };
}

function amount(slug: string, pattern: RegExp): number {
  return Number(pattern.exec(slug)?.[1] ?? 1);
}
