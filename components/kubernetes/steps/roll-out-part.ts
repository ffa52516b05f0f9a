/**
 * The roll-out of what goes before the app, with its arguments as JSON on standard input: waits until its new
 * pods have replaced those before. Where that fails, what they were in the last verified release is put back.
 */
import { text } from "node:stream/consumers";
import { CoreV1Api } from "@kubernetes/client-node";
import { connect } from "./connection.ts";
import { Deployments, type Rolled } from "./deployments.ts";
import { ReleaseHistory } from "./release-history.ts";
import { ofImages } from "./rollout-failure.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly part: Rolled;
  /** Name by which `slipway:images` has the image of its pods. */
  readonly setting: string;
}

const { kubeconfig, namespace, part, setting }: Call = JSON.parse(await text(process.stdin));
const config = connect(kubeconfig);
const deployments = new Deployments(config, namespace);
const trouble = await deployments.bringAbout([part]);
if (trouble !== undefined) {
  process.stderr.write(`${trouble.trimEnd()}\n${ofImages(setting)}`);
  const verified = await new ReleaseHistory(config.makeApiClient(CoreV1Api), namespace).verified();
  const before = verified?.filter(({ name }) => name === part.name) ?? [];
  if (before.length > 0) process.stderr.write(`${await deployments.putBack(before)}\n`);
  process.exitCode = 1;
}
