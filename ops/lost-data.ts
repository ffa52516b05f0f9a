import { LOCAL_STACK } from "./project.ts";
import { metadataOf, plannedName, type RecordedResource } from "./state/stack-state.ts";
import { kindAndName, kindOf, nameInUrn } from "./state/urn.ts";
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
 * The engine would take for the stack's what somebody has put back by its name alone: delete it, or replace it for
 * its labels.
 *
 * @throws UserError where a volume or a claim has the name of one that is lost.
 */
export async function refuseUnlabelled(
  stack: string,
  lost: readonly RecordedResource[],
  target: Pick<Target, "hasVolume">,
): Promise<void> {
  for (const one of lost) {
    const name = String(plannedName(one));
    if (!(await target.hasVolume(name))) continue;
    const said = `${kindOf(one)} ${name} is there, without the labels of ${stack}: somebody has put it back by its name.`;
    throw new UserError(`The ${said} Nothing was done. ${wayOn(one, name)}`);
  }
}

/** Docker gives labels to a new volume only. */
function wayOn({ inputs, outputs }: RecordedResource, name: string): string {
  const { namespace, labels } = metadataOf(outputs);
  if (labels === undefined || Array.isArray(inputs?.["labels"])) {
    return (
      "Copy its files if they are of use, remove it, and type the same command again:\n" +
      `  docker volume rm ${name}`
    );
  }
  const pairs = Object.entries(labels).filter(([label]) => label.startsWith("slipway."));
  const words = pairs.map(([label, value]) => `${label}=${value}`).join(" ");
  return (
    "To take its data for the stack's, give it the labels, and leave the option out. Else remove it.\n" +
    `  kubectl --namespace ${namespace} label persistentvolumeclaim ${name} ${words}`
  );
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
