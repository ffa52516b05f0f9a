import { RunError } from "@pulumi/pulumi";
import type { Settings } from "../stacks/settings.ts";

/** Where a stack and its data are, by what config says of it. */
export interface Placement {
  /** Kind of the Docker host. Which server it is, for `ssh`, is for that server to say. */
  readonly host?: string;
  /** Kind of the cluster. */
  readonly cluster?: string;
  /** Address of the API server of a cluster that is there already, as the first run found it. */
  readonly server?: string;
  readonly namespace?: string;
}

/** Where a stack's last run deployed to. */
export interface PreviousPlacement {
  /** Undefined where nothing is up. */
  readonly target: string | undefined;
  /** Undefined where nothing is up, or a version that did not say it was there. */
  readonly place: Placement | undefined;
}

export function placementOf(settings: Settings): Placement {
  if (settings.target === "docker") return { host: settings.host.kind };
  const { cluster, namespace } = settings;
  if (cluster.kind === "gke") return { cluster: cluster.kind, namespace };
  return { cluster: cluster.kind, server: cluster.firstServer ?? cluster.server, namespace };
}

/**
 * A stack stays where it is: elsewhere it would begin with an empty database, and the old one would go in the
 * same run, or be left where nobody looks.
 *
 * @param last where the stack's last run deployed to; nothing is known where nothing is up.
 * @returns the settings, with the address by which the stack has known its cluster from the beginning.
 * @throws RunError that says what was, what is wanted, and what to type.
 */
export function pinPlacement(settings: Settings, last: PreviousPlacement): Settings {
  refuseOtherPlace(settings, last);
  if (settings.target !== "kubernetes" || settings.cluster.kind !== "existing") return settings;
  return { ...settings, cluster: { ...settings.cluster, firstServer: last.place?.server } };
}

function refuseOtherPlace(settings: Settings, last: PreviousPlacement): void {
  const { target, stack } = settings;
  const was: Places = { target: last.target, ...last.place };
  const wanted: Places = { target, ...placementOf(settings) };
  const moved = KEYS.find((key) => was[key] !== undefined && was[key] !== wanted[key]);
  if (moved === undefined) return;
  throw new RunError(
    `slipway:${moved} is "${wanted[moved]}", and stack "${stack}" is on "${was[moved]}": its data would not ` +
      `move, but be deleted or left behind. Put it back: \`pulumi config set ${moved} ${was[moved]} -s ${stack}\`. ` +
      'To move, let a second stack take over: "Move a stack" in docs/runbook.md. When its data may go: ' +
      `\`./slipway destroy -s ${stack} --data\` first.`,
  );
}

type Places = Placement & { readonly target: string | undefined };

/**
 * What decides is first: a stack on another target has another host or cluster as well. Where a server or a
 * cluster is, may change: whether the stack is there, it is asked itself.
 */
const KEYS = ["target", "host", "cluster", "namespace"] as const;
