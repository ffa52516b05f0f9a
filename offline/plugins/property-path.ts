const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Where a property is, written as the engine writes it: `labels[0].value`, `logOpts["max-size"]`. */
export function inside(path: string, step: string | number): string {
  if (typeof step === "number") {
    return `${path}[${step}]`;
  }
  if (!PLAIN_NAME.test(step)) {
    return `${path}[${JSON.stringify(step)}]`;
  }
  return path === "" ? step : `${path}.${step}`;
}

export function rootOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
