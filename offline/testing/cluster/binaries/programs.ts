export const KUBERNETES_VERSION = "1.34.2";

/** A program, and the folder here whose `go.mod` says exactly what it is built from. */
interface Program {
  readonly name: string;
  readonly module: string;
  readonly package: string;
  readonly linkerFlags?: readonly string[];
}

const VERSION = "k8s.io/component-base/version";
const [MAJOR, MINOR] = KUBERNETES_VERSION.split(".");

/** As in releases: what a program says of its version decides how others treat it. */
const VERSION_FLAGS = [
  `-X ${VERSION}.gitVersion=v${KUBERNETES_VERSION}`,
  ...[`-X ${VERSION}.gitMajor=${MAJOR}`, `-X ${VERSION}.gitMinor=${MINOR}`],
  `-X ${VERSION}.gitTreeState=clean`,
];

const ofKubernetes = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
].map((name) => ({
  name,
  module: "kubernetes",
  package: `k8s.io/kubernetes/cmd/${name}`,
  linkerFlags: VERSION_FLAGS,
}));

export const PROGRAMS: readonly Program[] = [
  ...ofKubernetes,
  { name: "coredns", module: "coredns", package: "github.com/coredns/coredns" },
  {
    name: "kube-network-policies",
    module: "network-policies",
    package: "sigs.k8s.io/kube-network-policies/cmd",
  },
  {
    name: "metrics-server",
    module: "metrics-server",
    package: "sigs.k8s.io/metrics-server/cmd/metrics-server",
  },
];
