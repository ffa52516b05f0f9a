/**
 * Lets go of what a cluster has outside of itself, before it is deleted: its cloud would keep addresses of load
 * balancers, with the firewall rules that then hold on to the network, and disks. Its arguments come as JSON
 * on standard input. A cluster that can't be reached has to go, too: it is left as it is.
 */
import { existsSync } from "node:fs";
import { connectTo, reasonOf } from "./connection.ts";
import { LET_GO } from "./definitions.ts";
import { ExternalResources } from "./external-resources.ts";
import { receive } from "./receive.ts";

const GONE_SECONDS = 600;

const { kubeconfig, server, withData, ...owner } = await receive(LET_GO);
process.exit(await letGo());

async function letGo(): Promise<number> {
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
