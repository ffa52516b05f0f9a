/** Values as the controller reads them from texts; undefined is what it does not take. */

export function parseBoolean(text: string): boolean | undefined {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  return undefined;
}

export function parseInteger(text: string): number | undefined {
  return /^[+-]?\d{1,18}$/.test(text) ? Number(text) : undefined;
}

export function parseCount(text: string): number | undefined {
  return /^\d{1,18}$/.test(text) ? Number(text) : undefined;
}

/** A time as Nginx has it, such as `1h30m`; a bare number is of seconds, and gets their unit. */
export function parseTime(text: string): string | undefined {
  const units = /^(\d+y)?\s*(\d+M)?\s*(\d+w)?\s*(\d+d)?\s*(\d+h)?\s*(\d+m)?\s*(\d+s?)?\s*(\d+ms)?$/;
  const found = units.exec(text);
  if (found === null || text.trim() === "") return undefined;
  return found
    .slice(1)
    .map((part = "") => part.replace(/\d$/, "$&s"))
    .join("");
}

/** A size as Nginx has it for what fits into memory: `16`, `32k`, `64M`. */
export function parseSize(text: string): string | undefined {
  return matching(text.trim(), /^\d+[kKmM]?$/);
}

/** A size as Nginx has it for what may be larger than memory. */
export function parseOffset(text: string): string | undefined {
  return matching(text.trim(), /^\d+[kKmMgG]?$/);
}

export function parseRequestRate(text: string): string | undefined {
  const rate = matching(text.trim(), /^\d+(r\/s|r\/m)$/);
  return rate !== undefined && Number.parseInt(rate, 10) > 0 ? rate : undefined;
}

/** How an upstream chooses a server; empty for Nginx's own default. */
export function parseLoadBalancing(text: string): string | undefined {
  const method = text.trim();
  if (method === "round_robin") return "";
  const known = ["least_conn", "ip_hash", "random", "random two", "random two least_conn"];
  return known.includes(method) || /^hash \S+( consistent)?$/.test(method) ? method : undefined;
}

function matching(text: string, pattern: RegExp): string | undefined {
  return pattern.test(text) ? text : undefined;
}
