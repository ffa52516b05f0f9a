import { type DeleteRequest, InitializationFailed } from "../provider.ts";
import { isAsked, setting } from "./annotations.ts";
import { isNotFound, NoSuchKind } from "./api-error.ts";
import { NotReady } from "./await/not-ready.ts";
import { untilGone } from "./await/until-gone.ts";
import { limitOf } from "./await/until-ready.ts";
import { checkpointIn, stateOf } from "./checkpoint.ts";
import { idOf, type Manifest } from "./manifest.ts";
import { type Site, statusOf } from "./site.ts";

/** Deletes the object and what it owns, and waits until it is gone. */
export async function deleteObject(site: Site, request: DeleteRequest): Promise<void> {
  const { cluster } = site;
  if (!cluster.isReachable) {
    unreachable(site, request);
    return;
  }
  const checkpoint = checkpointIn(request.state);
  const { live, inputs } = checkpoint;
  try {
    await cluster.objects.delete(live, propagationPolicy(inputs));
  } catch (error) {
    if (isNotFound(error) || error instanceof NoSuchKind) {
      return;
    }
    throw error;
  }
  if (isAsked(inputs, "skipAwait") && site.kind.skipsAwaitOfDeletion === true) {
    return;
  }
  try {
    await untilGone(live, cluster.objects, {
      limit: limitOf(inputs, request.deadline),
      cancelled: site.cancelled,
      status: statusOf(request),
    });
  } catch (error) {
    if (!(error instanceof NotReady)) {
      throw error;
    }
    for (const problem of error.problems) {
      request.log("warning", problem);
    }
    throw new InitializationFailed(
      error.message,
      idOf(error.live),
      stateOf({ ...checkpoint, live: error.live }, request.state),
    );
  }
}

/** Until what it owns is gone too, unless the program asks for something else. */
function propagationPolicy(inputs: Manifest): string {
  const asked = setting(inputs, "deletionPropagationPolicy").toLowerCase();
  return asked === "orphan" ? "Orphan" : asked === "background" ? "Background" : "Foreground";
}

function unreachable({ cluster, deleteUnreachable }: Site, { log }: DeleteRequest): void {
  log("warning", `configured Kubernetes cluster is unreachable: ${cluster.whyUnreachable}`);
  if (!deleteUnreachable) {
    throw new Error(
      "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove " +
        "this resource from Pulumi state by rerunning the operation with the " +
        'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    );
  }
  log(
    "info",
    "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is " +
      "enabled. Deleting the unreachable resource from Pulumi state",
  );
}
