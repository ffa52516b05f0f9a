/**
 * The roll-out of a process of the app, with its arguments as JSON on standard input: waits until its new pod has
 * run for a while and the one before is gone. Where the new one does not run, what the one before was made from
 * is put back, so that it is at work alone.
 */
import { connect } from "./connection.ts";
import { ROLL_OUT_PROCESS } from "./definitions.ts";
import { Deployments } from "./deployments.ts";
import { receive } from "./receive.ts";

const { kubeconfig, namespace, rolled } = await receive(ROLL_OUT_PROCESS);
const deployments = new Deployments(connect(kubeconfig), namespace);
const trouble = await deployments.bringAbout([rolled]);
if (trouble !== undefined) {
  process.stderr.write(`${trouble}\n`);
  const before = await deployments.atWorkBefore(rolled.name);
  if (before !== undefined) {
    const left = await deployments.bringAbout([before]);
    const said = left ?? "The process of the release before is back, and at work alone.";
    process.stderr.write(`${said}\n`);
  }
  process.exitCode = 1;
}
