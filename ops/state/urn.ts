/** The name that the program gives a resource: `web` of `urn:pulumi:dev::slipway::TYPE::web`. */
export const nameInUrn = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** As `volume`. */
export const kindOf = ({ type }: { readonly type: string }) =>
  type.split(":").at(-1)?.toLowerCase() ?? type;

/** As `volume database-data`. */
export const kindAndName = (one: { readonly type: string; readonly urn: string }) =>
  `${kindOf(one)} ${nameInUrn(one.urn)}`;
