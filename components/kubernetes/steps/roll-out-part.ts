/**
 * The roll-out of what goes before the app, with its arguments as JSON on standard input: waits until its new
 * pods have replaced those before. Where that fails, what they were in the last verified release is put back.
 */
import { CoreV1Api } from "@kubernetes/client-node";
import { connect } from "./connection.ts";
import { ROLL_OUT_PART } from "./definitions.ts";
import { Deployments } from "./deployments.ts";
import { receive } from "./receive.ts";
import { ReleaseHistory } from "./release-history.ts";
import { ofImages } from "./rollout-failure.ts";

const { kubeconfig, namespace, part, setting } = await receive(ROLL_OUT_PART);
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
