/**
 * The roll-out of a process of the app, with its arguments as JSON on standard input: waits until its new pod has
 * run for a while and the one before is gone. Where the new one does not run, what the one before was made from
 * is put back, so that it is at work alone.
 */
import { text } from "node:stream/consumers";
import { connect } from "./connection.ts";
import { Deployments, type Rolled } from "./deployments.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly rolled: Rolled;
}

const { kubeconfig, namespace, rolled }: Call = JSON.parse(await text(process.stdin));
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
