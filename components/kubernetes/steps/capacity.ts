import type { V1LimitRange, V1LimitRangeItem, V1ResourceQuota } from "@kubernetes/client-node";
import type { CapacityRequest, PodsNeeded } from "../cluster-needs.ts";
import type { PreflightProblem } from "./preflight-problem.ts";

type Unit = "Mi" | "Gi" | "";

interface Need {
  /** In units of one: pods, cores, bytes. */
  readonly amount: number;
  readonly shownIn: Unit;
  /** What makes it less. */
  readonly type: string;
}

/**
 * What of a stack does not fit into its namespace, of which quotas and ranges are known. Only the stack is held
 * against them: what else is in the namespace is not looked at. Quotas for some pods alone are left to the API
 * server.
 */
export function tooTight(
  quotas: readonly V1ResourceQuota[],
  ranges: readonly V1LimitRange[],
  room: CapacityRequest,
): PreflightProblem[] {
  const items = ranges.flatMap(({ metadata, spec }) =>
    (spec?.limits ?? []).map((item) => ({ name: metadata?.name ?? "", item })),
  );
  const usualCpu = items.find(({ item }) => item._default?.["cpu"] !== undefined)?.item._default?.[
    "cpu"
  ];
  const free =
    usualCpu === undefined && podsOf(room).some(({ limits }) => limits.cpu === undefined);
  const found = [
    ...quotas
      .filter(isForAll)
      .flatMap((quota) => [
        free ? quotaWantsLimits(quota) : undefined,
        quotaTooSmall(quota, needs(room, usualCpu)),
      ]),
    ...items.flatMap(({ name, item }) => outOfRange(name, item, room)),
  ];
  return found.filter((misfit) => misfit !== undefined);
}

/** By the names that quotas have for them. */
function needs(room: CapacityRequest, usualCpu: string | undefined): ReadonlyMap<string, Need> {
  const total = (of: (pods: PodsNeeded) => number): number =>
    sum(room.pods, of) + Math.max(...room.passing.map((pods) => sum(pods, of)));
  const of = (part: "requests" | "limits", what: "cpu" | "memory", usual?: string) =>
    total((pods) => pods.count * quantity(pods[part][what] ?? usual ?? "0"));
  const pods: Need = { amount: total(({ count }) => count), shownIn: "", type: REPLICAS };
  const cpu: Need = { amount: of("requests", "cpu"), shownIn: "", type: CPU };
  const memory: Need = { amount: of("requests", "memory"), shownIn: "Mi", type: MEMORY };
  const claims: Need = {
    amount: room.claimGiB === undefined ? 0 : 1,
    shownIn: "",
    type: "pulumi config set database external",
  };
  return new Map(
    Object.entries({
      pods,
      "count/pods": pods,
      cpu,
      "requests.cpu": cpu,
      memory,
      "requests.memory": memory,
      "limits.cpu": { ...cpu, amount: of("limits", "cpu", usualCpu) },
      "limits.memory": { ...memory, amount: of("limits", "memory") },
      persistentvolumeclaims: claims,
      "count/persistentvolumeclaims": claims,
      "requests.storage": {
        amount: (room.claimGiB ?? 0) * UNITS.Gi,
        shownIn: "Gi",
        type: "pulumi config set dataGiB NUMBER",
      },
      "services.loadbalancers": {
        amount: room.loadBalancers,
        shownIn: "",
        type: "pulumi config set ingressClass NAME",
      },
    }),
  );
}

const isForAll = ({ spec }: V1ResourceQuota) =>
  spec?.scopes === undefined && spec?.scopeSelector === undefined;

/** The API server would take no pod that says nothing of it. */
function quotaWantsLimits({ metadata, spec }: V1ResourceQuota): PreflightProblem | undefined {
  if (spec?.hard?.["limits.cpu"] === undefined) return undefined;
  return {
    text:
      `The quota ${metadata?.name} of its namespace is for limits.cpu, and Slipway's own pods have no such limit. ` +
      "Have that taken out, or a LimitRange made with a default of cpu for each container; or take another " +
      "namespace:",
    type: "pulumi config set namespace NAME",
  };
}

function quotaTooSmall(
  { metadata, spec }: V1ResourceQuota,
  needed: ReadonlyMap<string, Need>,
): PreflightProblem | undefined {
  const short = Object.entries(spec?.hard ?? {}).flatMap(([name, hard]) => {
    const need = needed.get(name);
    return need !== undefined && isMore(need.amount, quantity(hard)) ? [{ name, hard, need }] : [];
  });
  const [first] = short;
  if (first === undefined) return undefined;
  const allowed = short.map(({ name, hard }) => `${name} ${hard}`).join(", ");
  const wanted = short.map(({ name, need }) => `${name} ${shown(need)}`).join(", ");
  return {
    text:
      `The quota ${metadata?.name} of its namespace is too small: it allows ${allowed}, and the stack takes ` +
      `${wanted}, with the new pods that a release has beside the old ones. Have it raised, or let the stack ` +
      "take less:",
    type: first.need.type,
  };
}

function outOfRange(
  name: string,
  item: V1LimitRangeItem,
  room: CapacityRequest,
): PreflightProblem[] {
  const pods = podsOf(room);
  if (item.type === "PersistentVolumeClaim") {
    if (room.claimGiB === undefined) return [];
    const claim = `${room.claimGiB}Gi`;
    return beyond(name, item, "storage", claim, claim, "pulumi config set dataGiB NUMBER");
  }
  return [
    ...beyond(name, item, "cpu", least(pods, "cpu"), most(pods, "cpu"), CPU),
    ...beyond(name, item, "memory", least(pods, "memory"), most(pods, "memory"), MEMORY),
  ];
}

function beyond(
  name: string,
  { type, min, max }: V1LimitRangeItem,
  what: string,
  smallest: string,
  largest: string,
  mend: string,
): PreflightProblem[] {
  const said = (rule: string, one: string) => ({
    text:
      `The range ${name} of its namespace wants ${rule} of ${what} for each ${type}, and the stack has one with ` +
      `${one}. Have it changed, or let the app have another size:`,
    type: mend,
  });
  const [atLeast, atMost] = [min?.[what], max?.[what]];
  return [
    ...(atLeast !== undefined && isMore(quantity(atLeast), quantity(smallest))
      ? [said(`at least ${atLeast}`, smallest)]
      : []),
    ...(atMost !== undefined && isMore(quantity(largest), quantity(atMost))
      ? [said(`at most ${atMost}`, largest)]
      : []),
  ];
}

/** What a range's least is held against: requests. */
const least = (pods: readonly PodsNeeded[], what: "cpu" | "memory") =>
  sorted(pods.map(({ requests }) => requests[what]))[0] ?? "0";

/** What a range's most is held against: limits; and requests, where there are none. */
const most = (pods: readonly PodsNeeded[], what: "cpu" | "memory") =>
  sorted(pods.map(({ requests, limits }) => limits[what] ?? requests[what])).at(-1) ?? "0";

const sorted = (quantities: readonly string[]) =>
  quantities.toSorted((a, b) => quantity(a) - quantity(b));

const podsOf = ({ pods, passing }: CapacityRequest) => [...pods, ...passing.flat()];

const sum = (all: readonly PodsNeeded[], of: (pods: PodsNeeded) => number) =>
  all.reduce((before, pods) => before + of(pods), 0);

/** Sums of tenths are not exact. */
const isMore = (amount: number, than: number) => amount > than + 1e-6;

function shown({ amount, shownIn }: Need): string {
  const number = amount / UNITS[shownIn];
  return `${Math.ceil(number * 1000 - 1e-6) / 1000}${shownIn}`;
}

const UNITS = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
} as const;

/**
 * The number that Kubernetes writes so.
 *
 * @throws Error where it is none.
 */
function quantity(text: string): number {
  const [, number = "", unit = ""] = QUANTITY.exec(text) ?? [];
  const factor = (UNITS as Readonly<Record<string, number>>)[unit];
  if (number === "" || factor === undefined) throw new Error(`"${text}" is no quantity`);
  return Number(number) * factor;
}

const QUANTITY = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)$/;

const REPLICAS = "pulumi config set replicas NUMBER";
const CPU = "pulumi config set cpu CORES";
const MEMORY = "pulumi config set memory MIB";
