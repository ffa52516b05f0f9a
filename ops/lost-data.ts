import { LOCAL_STACK } from "./project.ts";
import { metadataOf, type RecordedResource } from "./state/stack-state.ts";
import { kindAndName, nameInUrn } from "./state/urn.ts";
import type { Target } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

/** Option of what brings a stack up. */
export const ACCEPT_DATA_LOSS = "accept-data-loss";

/**
 * Lets a run go on without the data that is gone, where its loss is accepted by name.
 *
 * @throws UserError where it is not, or what is accepted as lost is there.
 */
export function checkLosses(
  stack: string,
  lost: readonly RecordedResource[],
  accepted: readonly string[],
): void {
  const isThere = accepted.filter((name) => !lost.some(({ urn }) => nameInUrn(urn) === name));
  if (isThere.length > 0) throw new UserError(notLost(stack, isThere, lost));
  const left = lost.filter(({ urn }) => !accepted.includes(nameInUrn(urn)));
  if (left.length > 0) throw new UserError(refusal(stack, lost, left));
}

/**
 * With what somebody has put back by its name alone, the engine would find it, and replace it for its labels.
 *
 * @throws UserError where a volume has the name of one that is lost.
 */
export async function refuseUnlabelled(
  stack: string,
  lost: readonly RecordedResource[],
  target: Pick<Target, "hasVolume">,
): Promise<void> {
  for (const { type, inputs = {} } of lost) {
    const name = String(inputs["name"]);
    if (type !== "docker:index/volume:Volume" || !(await target.hasVolume(name))) continue;
    throw new UserError(
      `The volume ${name} is there, without the labels of ${stack}: somebody has put it back by its name. ` +
        "Nothing was done. Copy its files if they are of use, remove it, and type the same command again:\n" +
        `  docker volume rm ${name}`,
    );
  }
}

function notLost(
  stack: string,
  names: readonly string[],
  lost: readonly RecordedResource[],
): string {
  const all = lost.map(({ urn }) => nameInUrn(urn)).join(", ");
  return (
    `--${ACCEPT_DATA_LOSS} names ${names.join(", ")}, which is not lost. Nothing was done. ` +
    (all === "" ? `No data of ${stack} is lost: leave the option out.` : `Lost is ${all}.`)
  );
}

function refusal(
  stack: string,
  lost: readonly RecordedResource[],
  left: readonly RecordedResource[],
): string {
  const names = left.map(kindAndName).join(", ");
  return (
    `${names}, which held the data of ${stack}, is gone: it was removed by hand. Nothing was done. ` +
    `To go on with a copy of it${left.map(putBack).join("")}` +
    `To begin with an empty database instead:\n  ${upLine(stack, lost)}`
  );
}

/** A volume is known by its labels, which Docker gives to a new one only. */
function putBack({ inputs = {}, outputs }: RecordedResource): string {
  const { name, labels } = inputs as { name?: string; labels?: readonly Label[] };
  if (!Array.isArray(labels)) return `, restore it as ${metadataOf(outputs).name}.\n`;
  const options = labels.map(({ label, value }) => `--label ${label}=${value} `).join("");
  return (
    `:\n  docker volume create ${options}${name}\n` +
    "and restore the copy into that volume. A volume without these labels does not count, and Docker gives " +
    "none to one that is there: copy its files over, or remove it first if it has that name.\n"
  );
}

interface Label {
  readonly label: string;
  readonly value: string;
}

function upLine(stack: string, lost: readonly RecordedResource[]): string {
  const options = lost.map(({ urn }) => ` --${ACCEPT_DATA_LOSS} ${nameInUrn(urn)}`).join("");
  if (stack !== LOCAL_STACK) return `./slipway up -s ${stack}${options}`;
  const variable = stack === "local" ? "" : `SLIPWAY_LOCAL_STACK=${stack} `;
  return `${variable}npm start --${options}`;
}
