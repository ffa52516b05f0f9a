/** The name that the program gives a resource: `web` of `urn:pulumi:dev::slipway::TYPE::web`. */
export const nameInUrn = (urn: string): string => urn.split("::").at(-1) ?? urn;
