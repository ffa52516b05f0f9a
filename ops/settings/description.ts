import type { Setting } from "../../infra/settings/setting.ts";

/** All that is said of a setting: whether it is a secret, its meaning, its range and its chosen default. */
export function descriptionOf(setting: Setting): string {
  const { type, description, usual } = setting;
  const ranged =
    type.range === undefined
      ? description
      : description.replace(/\.(?=\s|$)/, () => ` (${type.range}).`);
  const chosen = usual === undefined ? "" : ` Empty is ${usual.words}.`;
  return `${secrecyOf(setting)}${ranged}${chosen}`;
}

function secrecyOf({ secret, required, type: { minLength = 0 } }: Setting): string {
  if (secret !== true) return "";
  if (minLength > 0) return `Secret, at least ${minLength} characters. `;
  return required === undefined ? "Secret, optional. " : "Secret. ";
}
