/** The name that the program gives a resource: `web` of `urn:pulumi:dev::slipway::TYPE::web`. */
export const nameInUrn = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** As `volume database-data`. */
export const kindAndName = ({ type, urn }: { readonly type: string; readonly urn: string }) =>
  `${type.split(":").at(-1)?.toLowerCase() ?? type} ${nameInUrn(urn)}`;
