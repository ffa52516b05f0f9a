import {
  annotation,
  isOwnedBy,
  type Manifest,
  nameOf,
  numberAt,
  objectsAt,
  textAt,
} from "../manifest.ts";
import { podState } from "./pod-state.ts";
import type { Progress } from "./progress.ts";

const REVISION = "deployment.kubernetes.io/revision";

export interface DeploymentSight {
  readonly deployment: Manifest;
  readonly replicaSets: readonly Manifest[];
  readonly pods: readonly Manifest[];
  readonly claims: readonly Manifest[];
}

/** A Deployment is ready when its controller has rolled out its newest revision. */
export function deploymentState(sight: DeploymentSight): Progress {
  const { deployment } = sight;
  const isObserved =
    numberAt(deployment, "status", "observedGeneration") ===
    numberAt(deployment, "metadata", "generation");
  const rollout = isObserved ? rolloutOf(sight) : NOT_BEGUN;
  const isReady =
    rollout.isAvailable &&
    rollout.isReplicaSetReady &&
    (rollout.isFirst || rollout.isProgressed) &&
    rollout.unboundClaims.length === 0;
  return {
    isReady,
    live: deployment,
    status: isReady
      ? "Deployment initialization complete"
      : (rollout.conditionErrors[0] ?? rollout.status),
    problems: isReady ? [] : problemsOf(rollout),
  };
}

interface Rollout {
  readonly isFirst: boolean;
  readonly isAvailable: boolean;
  readonly isProgressed: boolean;
  readonly isReplicaSetReady: boolean;
  readonly unboundClaims: readonly string[];
  readonly conditionErrors: readonly string[];
  readonly podErrors: readonly string[];
  readonly status: string;
}

const NOT_BEGUN: Rollout = {
  isFirst: false,
  isAvailable: false,
  isProgressed: false,
  isReplicaSetReady: false,
  unboundClaims: [],
  conditionErrors: [],
  podErrors: [],
  status: "Waiting for the Deployment controller",
};

function rolloutOf(sight: DeploymentSight): Rollout {
  const { deployment, pods } = sight;
  const revision = annotation(deployment, REVISION);
  if (revision === "") {
    return NOT_BEGUN;
  }
  const replicaSet = sight.replicaSets.find(
    (set) => isOwnedBy(set, deployment) && annotation(set, REVISION) === revision,
  );
  const wanted = (replicaSet && numberAt(replicaSet, "spec", "replicas")) ?? 1;
  const ready = (replicaSet && numberAt(replicaSet, "status", "readyReplicas")) ?? 0;
  const available = condition(deployment, "Available");
  const progressing = condition(deployment, "Progressing");
  return {
    isFirst: revision === "1",
    isAvailable: available?.["status"] === "True",
    isProgressed:
      progressing?.["status"] === "True" && progressing["reason"] === "NewReplicaSetAvailable",
    isReplicaSetReady: replicaSet !== undefined && ready >= wanted,
    unboundClaims: unboundClaims(sight),
    conditionErrors: [progressing, available].flatMap(conditionError),
    podErrors:
      replicaSet === undefined
        ? []
        : pods.filter((pod) => isOwnedBy(pod, replicaSet)).flatMap((pod) => podState(pod).problems),
    status: `Waiting for app ReplicaSet to be available (${ready}/${wanted} Pods available)`,
  };
}

function condition(deployment: Manifest, type: string): Manifest | undefined {
  return objectsAt(deployment, "status", "conditions").find((item) => item["type"] === type);
}

function conditionError(unmet: Manifest | undefined): string[] {
  return unmet === undefined || unmet["status"] === "True"
    ? []
    : [`[${textAt(unmet, "reason")}] ${textAt(unmet, "message")}`];
}

function unboundClaims({ deployment, claims }: DeploymentSight): string[] {
  const used = objectsAt(deployment, "spec", "template", "spec", "volumes").map((volume) =>
    textAt(volume, "persistentVolumeClaim", "claimName"),
  );
  return claims
    .filter((claim) => used.includes(nameOf(claim)))
    .filter((claim) => textAt(claim, "status", "phase") !== "Bound")
    .map(nameOf);
}

function problemsOf(rollout: Rollout): string[] {
  const claims = rollout.unboundClaims;
  return [
    ...rollout.conditionErrors,
    ...(claims.length > 0
      ? [`Failed to bind PersistentVolumeClaim(s): "${claims.join(",")}"`]
      : []),
    ...missing(rollout),
    ...rollout.podErrors,
  ];
}

function missing(rollout: Rollout): string[] {
  if (!rollout.isAvailable) {
    return ["Minimum number of live Pods was not attained"];
  }
  if (!rollout.isFirst && !rollout.isProgressed) {
    return ["Minimum number of Pods to consider the application live was not attained"];
  }
  if (rollout.isReplicaSetReady) {
    return [];
  }
  return [
    rollout.isFirst
      ? "Minimum number of Pods to consider the application live was not attained"
      : "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live",
  ];
}
