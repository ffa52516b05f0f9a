import { equal } from "../../property-value.ts";
import { isNotFound } from "../api-error.ts";
import type { Kind } from "../kinds.ts";
import { isOwnedBy, type Manifest, nameOf, namespaceOf, textAt, valueAt } from "../manifest.ts";
import type { Objects } from "../objects.ts";
import { claimState } from "./claim-state.ts";
import { daemonSetState } from "./daemon-set-state.ts";
import { deploymentState } from "./deployment-state.ts";
import { ingressState } from "./ingress-state.ts";
import { jobState } from "./job-state.ts";
import { podState } from "./pod-state.ts";
import type { Progress } from "./progress.ts";
import { serviceState } from "./service-state.ts";
import { Settling } from "./settling.ts";
import { statefulSetState } from "./stateful-set-state.ts";

/** How to see whether an object of a kind is ready. */
export interface Awaited {
  /** Looks once; `isLast` if there will be no other look. */
  look(object: Manifest, objects: Objects, isLast: boolean): Promise<Progress>;
  /** A limit that no program can move. */
  readonly limitSeconds?: number;
  /** Whether a refresh fails too if the object is not ready. */
  readonly isRead: boolean;
}

/** After the last change of endpoints, and where there never were any. */
const SETTLED_SECONDS = 10;
const NONE_COME_SECONDS = 60;

/** Something new for each object, because some have to remember what they saw. */
export function awaitedOf({ apiVersion, kind }: Kind): Awaited | undefined {
  return AWAITED[`${apiVersion}/${kind}`]?.();
}

const AWAITED: Readonly<Record<string, () => Awaited>> = {
  "apps/v1/Deployment": () => ({
    isRead: true,
    look: async (object, objects) => {
      const [deployment, replicaSets, pods, claims] = await Promise.all([
        objects.get(object),
        objects.list("apps/v1", "ReplicaSet", namespaceOf(object)),
        objects.list("v1", "Pod", namespaceOf(object)),
        objects.list("v1", "PersistentVolumeClaim", namespaceOf(object)),
      ]);
      return deploymentState({ deployment, replicaSets, pods, claims });
    },
  }),

  "apps/v1/StatefulSet": () => ({
    isRead: true,
    look: async (object, objects) =>
      statefulSetState(await objects.get(object), await podsOf(object, objects)),
  }),

  "apps/v1/DaemonSet": () => ({
    isRead: true,
    look: async (object, objects) => daemonSetState(await objects.get(object)),
  }),

  "batch/v1/Job": () => {
    const problems = new Set<string>();
    return {
      isRead: true,
      look: async (object, objects) => {
        const pods = await podsOf(object, objects);
        const live = await objects.get(object);
        const { isReady, status, failure } = jobState(live);
        // Pods of a Job come and go: why the first one failed may be gone in the end.
        for (const problem of pods.flatMap((pod) => podState(pod).problems)) {
          problems.add(problem);
        }
        if (failure !== undefined) {
          problems.add(failure);
        }
        return { isReady, hasFailed: failure !== undefined, live, status, problems: [...problems] };
      },
    };
  },

  "v1/Pod": () => ({
    isRead: true,
    look: async (object, objects) => {
      const live = await objects.get(object);
      return { ...podState(live), live };
    },
  }),

  "v1/Service": () => {
    const settling = new Settling();
    return {
      isRead: true,
      look: async (object, objects, isLast) => {
        const [service, endpoints] = await Promise.all([
          objects.get(object),
          foundOrNothing(objects.get({ ...object, kind: "Endpoints" })),
        ]);
        const isSettled = settling.isSettled(versionOf(endpoints), SETTLED_SECONDS);
        const areEndpointsSettled = (endpoints !== undefined && isSettled) || isLast;
        return serviceState({ service, endpoints, areEndpointsSettled });
      },
    };
  },

  "networking.k8s.io/v1/Ingress": () => {
    const settling = new Settling();
    return {
      isRead: true,
      look: async (object, objects, isLast) => {
        const [ingress, endpoints, services] = await Promise.all([
          objects.get(object),
          objects.list("v1", "Endpoints", namespaceOf(object)),
          objects.list("v1", "Service", namespaceOf(object)),
        ]);
        const versions = endpoints.map(versionOf).sort().join();
        const seconds = endpoints.length > 0 ? SETTLED_SECONDS : NONE_COME_SECONDS;
        const areEndpointsSettled = settling.isSettled(versions, seconds) || isLast;
        return ingressState({ ingress, endpoints, services, areEndpointsSettled });
      },
    };
  },

  "v1/PersistentVolumeClaim": () => ({
    isRead: false,
    limitSeconds: 300,
    look: async (object, objects) => {
      const claim = await objects.get(object);
      const name = textAt(claim, "spec", "storageClassName");
      const storageClass =
        name === ""
          ? undefined
          : await foundOrNothing(
              objects.get({
                apiVersion: "storage.k8s.io/v1",
                kind: "StorageClass",
                metadata: { name },
              }),
            );
      return claimState({ claim, storageClass });
    },
  }),

  "v1/ResourceQuota": () => ({
    isRead: false,
    limitSeconds: 60,
    look: async (object, objects) => {
      const live = await objects.get(object);
      const hard = valueAt(live, "spec", "hard") ?? null;
      return {
        isReady: hard !== null && equal(hard, valueAt(live, "status", "hard") ?? null),
        live,
        status: "Waiting for the quota to be in force",
        problems: [],
      };
    },
  }),

  "v1/Secret": () => ({
    isRead: false,
    limitSeconds: 5,
    look: async (object, objects) => {
      const live = await objects.get(object);
      const isToken = textAt(live, "type") === "kubernetes.io/service-account-token";
      const data = Object.keys(valueAt(live, "data") ?? {});
      return {
        isReady: !isToken || data.length > 0,
        live,
        status: "Waiting for the token",
        problems: [],
      };
    },
  }),
};

async function podsOf(owner: Manifest, objects: Objects): Promise<Manifest[]> {
  const pods = await objects.list("v1", "Pod", namespaceOf(owner));
  return pods.filter((pod) => isOwnedBy(pod, owner));
}

async function foundOrNothing(getting: Promise<Manifest>): Promise<Manifest | undefined> {
  try {
    return await getting;
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

function versionOf(object: Manifest | undefined): string {
  return object === undefined
    ? ""
    : `${nameOf(object)} ${textAt(object, "metadata", "resourceVersion")}`;
}
