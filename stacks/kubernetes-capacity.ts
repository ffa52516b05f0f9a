import type { CapacityRequest, PodsNeeded } from "../components/kubernetes/cluster-needs.ts";
import { NGINX_PODS } from "../components/kubernetes/nginx.ts";
import { CONTROLLER_PODS } from "../components/kubernetes/nginx-ingress-controller.ts";
import {
  appResources,
  CONTROLLER_RESOURCES,
  databaseResources,
  FILES_RESOURCES,
  FRONT_RESOURCES,
} from "../components/kubernetes/pod-resources.ts";
import type { KubernetesSettings } from "./settings.ts";

/**
 * What a stack takes up in its namespace, now and in every release: new pods come before the old ones go, one of
 * the app, one of each process, and both of Nginx. More than `replicas`, as `autoscale` may want, need not fit.
 */
export function roomFor(settings: KubernetesSettings): CapacityRequest {
  const { app, database, dataGiB, ingressClass } = settings;
  const one = { count: 1, ...appResources(app) };
  const front = {
    count: NGINX_PODS,
    // Where files are copied first, that takes the most.
    ...(app.staticPath === undefined ? FRONT_RESOURCES : FILES_RESOURCES),
  };
  const server = database.kind === "container" ? [databaseResources(database.memory)] : [];
  const processes = { ...one, count: Object.keys(app.processes).length };
  return {
    pods: [
      ...(ingressClass === undefined ? [{ count: CONTROLLER_PODS, ...CONTROLLER_RESOURCES }] : []),
      ...server.map((resources) => ({ count: 1, ...resources })),
      front,
      { ...one, count: app.replicas },
      ...some(processes),
    ],
    // A migration is one of the app, too.
    passing: [[front], [one], some(processes)],
    claimGiB: server.length > 0 ? dataGiB : undefined,
    loadBalancers: ingressClass === undefined ? 1 : 0,
  };
}

const some = (pods: PodsNeeded): PodsNeeded[] => (pods.count === 0 ? [] : [pods]);
