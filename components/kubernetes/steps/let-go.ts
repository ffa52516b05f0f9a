/**
 * Lets go of what a cluster has outside of itself, before it is deleted: its cloud would keep addresses of load
 * balancers, with the firewall rules that then hold on to the network, and disks. Its arguments come as JSON
 * on standard input. A cluster that can't be reached has to go, too: it is left as it is.
 */
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { connectTo, reasonOf } from "./connection.ts";
import { ExternalResources, type ExternalResourcesArgs } from "./external-resources.ts";

interface Call extends ExternalResourcesArgs {
  /** Path of the file. */
  readonly kubeconfig: string;
  /** The cluster that goes; the file may have come to be of the next one. */
  readonly server: string;
  /** Whether disks go as well, and what is on them. */
  readonly withData: boolean;
}

const GONE_SECONDS = 600;

const call: Call = JSON.parse(await text(process.stdin));
process.exit(await letGo(call));

async function letGo({ kubeconfig, server, withData, ...owner }: Call): Promise<number> {
  if (!existsSync(kubeconfig)) {
    return leave("the kubeconfig is not on this machine");
  }
  const belongings = new ExternalResources(connectTo(kubeconfig, server), owner);
  try {
    await belongings.find();
  } catch (error) {
    return leave(reasonOf(error));
  }
  const left = await (withData
    ? belongings.removeAll(GONE_SECONDS)
    : belongings.removeLoadBalancers(GONE_SECONDS));
  if (left.length === 0) return 0;
  process.stderr.write(
    `Still there after ${GONE_SECONDS} s: ${left.join(", ")}. See what \`kubectl describe\` says of it, then run the command again.\n`,
  );
  return 1;
}

function leave(why: string): number {
  process.stderr.write(
    `The cluster can't be asked (${why}): load balancers and disks that it had may be left at its cloud.\n`,
  );
  return 0;
}
