import type * as kubernetes from "@pulumi/kubernetes";

/** What the level `restricted` wants of a pod. */
export function nonRoot(userId: number): kubernetes.types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: userId,
    runAsGroup: userId,
    fsGroup: userId,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What the level `restricted` wants of a container, and a root file system that nobody writes to. */
export const NO_PRIVILEGES: kubernetes.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
