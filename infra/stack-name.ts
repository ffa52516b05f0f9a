import type { Problem } from "./settings/problem.ts";

/** What is made under a name that begins with the stack's. */
interface Named {
  readonly project: string;
  readonly stack: string;
  readonly target: "docker" | "kubernetes";
  readonly replicas: number;
  readonly migrates: boolean;
  /** Whether its namespace has a name of its own; on a Docker host there is none. */
  readonly ownNamespace: boolean;
  /** Whether its machine or its cluster is made at a cloud. */
  readonly madeAtCloud: boolean;
}

/** The longest that is a label of a host name, and of Kubernetes. */
const LABEL = 63;
/** What Pulumi adds to a name, so that two are never the same. */
const UNIQUE = "-1234567";

/** Says before anything is made what Docker, DNS or Kubernetes would refuse in a name with the stack's in it. */
export function problemWithStackName(named: Named): Problem | undefined {
  const why = reasonAgainst(named);
  if (why === undefined) return undefined;
  const other = fitting(named);
  return {
    text: `The name of the stack is "${named.stack}"; ${why}.`,
    command: `pulumi stack rename ${other === named.stack || other === "" ? "NAME" : other}`,
  };
}

function reasonAgainst(named: Named): string | undefined {
  const { stack } = named;
  if (/[A-Z]/.test(stack)) {
    return "it must be in lower case, as names of images, hosts and namespaces are";
  }
  const [pattern, rule] = RULES[ruleOf(named)];
  if (!pattern.test(stack)) return `it must be ${rule}`;
  const longest = longestName(named);
  if (stack.length <= longest) return undefined;
  return `it must have at most ${longest} characters, for ${longName(named)} has to fit into ${LABEL}`;
}

const LABELS = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const RULES = {
  // As a part of an image's name is: https://pkg.go.dev/github.com/distribution/reference
  docker: [
    /^[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*$/,
    "letters and digits, with `-`, `_` or `.` between them alone, for it is in the name of an image",
  ],
  namespace: [
    LABELS,
    "letters, digits and `-`, a letter or a digit at both ends, for it is in the name of a namespace",
  ],
  // Names of pods and what makes them: https://kubernetes.io/docs/concepts/overview/working-with-objects/names
  objects: [
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    "letters, digits and `-`, with `.` between them, for it is in the names of pods",
  ],
  // Names, labels and tags of clouds have the letters that they share.
  cloud: [
    LABELS,
    "letters, digits and `-`, a letter or a digit at both ends, for it is in names and labels at the cloud",
  ],
} as const;

function ruleOf({ target, ownNamespace, madeAtCloud }: Named): keyof typeof RULES {
  if (madeAtCloud) return "cloud";
  if (target === "docker") return "docker";
  return ownNamespace ? "objects" : "namespace";
}

/** The longest name with the stack's in it that has to be a label, with STACK for the stack's. */
function longName({ project, target, replicas, migrates, ownNamespace }: Named): string {
  const before = `${project}-STACK`;
  if (target === "docker") return `${before}-web-${replicas}${UNIQUE}`;
  if (migrates) return `${before}-migrate${UNIQUE}`;
  return ownNamespace ? "STACK" : before;
}

const longestName = (named: Named) => LABEL - longName(named).replace("STACK", "").length;

/** A name like the stack's own that would do. */
const fitting = (named: Named) =>
  named.stack
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, longestName(named))
    .replaceAll(/^-+|-+$/g, "");
