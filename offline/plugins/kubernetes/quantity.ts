/** The API server stores `1000m` as `1` and `0.5` as `500m`: the canonical form. */
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$/;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const NANO = 10n ** 9n;

/** A quantity as the API server writes it; other text as it is. */
export function canonicalQuantity(text: string): string {
  const [matched, sign = "", whole = "", fraction = "", exponent, suffix = ""] =
    QUANTITY.exec(text) ?? [];
  if (matched === undefined || (whole === "" && fraction === "")) {
    return text;
  }
  // With an exponent, the exponent stays the way of writing; nobody here writes so.
  if (exponent !== undefined) {
    return text;
  }
  const digits = BigInt(`${whole}${fraction}` || "0");
  const nanos = (digits * unitInNanos(suffix)) / 10n ** BigInt(fraction.length);
  const written = suffix.endsWith("i") ? binary(nanos) : decimal(nanos);
  return `${sign === "-" && nanos !== 0n ? "-" : ""}${written}`;
}

function unitInNanos(suffix: string): bigint {
  return suffix.endsWith("i")
    ? NANO * 1024n ** BigInt(BINARY.indexOf(suffix))
    : 1000n ** BigInt(DECIMAL.indexOf(suffix));
}

/** Whole numbers of the largest binary unit; a fraction of a byte makes it decimal. */
function binary(nanos: bigint): string {
  if (nanos % NANO !== 0n || nanos < NANO * 1024n) {
    return decimal(nanos);
  }
  return shortest(nanos / NANO, 1024n, BINARY);
}

function decimal(nanos: bigint): string {
  return shortest(nanos, 1000n, DECIMAL);
}

function shortest(amount: bigint, step: bigint, units: readonly string[]): string {
  if (amount === 0n) {
    return "0";
  }
  let rest = amount;
  let unit = 0;
  while (rest % step === 0n && unit < units.length - 1) {
    rest /= step;
    unit += 1;
  }
  return `${rest}${units[unit]}`;
}
