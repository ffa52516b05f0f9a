import type {
  V1Deployment,
  V1NetworkPolicy,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodSpec,
  V1Service,
  V1ServiceSpec,
} from "@kubernetes/client-node";

// Manifests as short as the tests of the cluster need them. A thing's name is its label `app` too.

export function deployment(name: string, image: string, replicas: number): V1Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image }] },
      },
    },
  };
}

export function pod(name: string, image: string, spec: Partial<V1PodSpec> = {}, app = name): V1Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app } },
    spec: { containers: [{ name, image }], terminationGracePeriodSeconds: 0, ...spec },
  };
}

export function service(name: string, spec: Partial<V1ServiceSpec> = {}): V1Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
}

export function claim(name: string): V1PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
}

/** Lets pods of one app be reached from those of another, and from nowhere else. */
export function onlyFrom(app: string, from: string): V1NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: app },
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ["Ingress"],
      ingress: [{ _from: [{ podSelector: { matchLabels: { app: from } } }] }],
    },
  };
}

/** Lets pods of one app reach those of another and the name server, and nothing else. */
export function onlyTo(app: string, to: string): V1NetworkPolicy {
  const dns = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
  };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: app },
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: { matchLabels: { app: to } } }] }, { to: [dns] }],
    },
  };
}
