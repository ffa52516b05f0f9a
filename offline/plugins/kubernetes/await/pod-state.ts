import { type Manifest, nameOf, namespaceOf, numberAt, objectsAt, textAt } from "../manifest.ts";

export interface PodState {
  readonly isReady: boolean;
  readonly status: string;
  readonly problems: readonly string[];
}

/** Whether a pod is scheduled, initialized and ready, and if not, what it says of the reason. */
export function podState(pod: Manifest): PodState {
  const name = shownName(pod);
  const waiting = (what: string, problems: readonly string[] = []): PodState => ({
    isReady: false,
    status: `Waiting for Pod "${name}" to be ${what}`,
    problems,
  });
  if (condition(pod, "PodScheduled")?.["status"] !== "True") {
    return waiting("scheduled");
  }
  const initialized = condition(pod, "Initialized");
  if (initialized?.["status"] !== "True") {
    return waiting("initialized", problemsOf(pod, initialized));
  }
  const ready = condition(pod, "Ready");
  if (ready?.["status"] === "True" || textAt(pod, "status", "phase") === "Succeeded") {
    return { isReady: true, status: `Waiting for Pod "${name}" to be ready`, problems: [] };
  }
  return waiting("ready", problemsOf(pod, ready));
}

/** How pods and jobs are called in messages. */
export function shownName(object: Manifest): string {
  const namespace = namespaceOf(object);
  return namespace === "" || namespace === "default"
    ? nameOf(object)
    : `${namespace}/${nameOf(object)}`;
}

function condition(pod: Manifest, type: string): Manifest | undefined {
  return objectsAt(pod, "status", "conditions").find((item) => item["type"] === type);
}

function problemsOf(pod: Manifest, unmet: Manifest | undefined): string[] {
  if (unmet === undefined) {
    return [];
  }
  const errors = objectsAt(pod, "status", "containerStatuses").flatMap(containerErrors);
  const message = textAt(unmet, "message");
  if (errors.length === 0 && message === "") {
    return [];
  }
  const explanation = textAt(unmet, "reason") === "" ? "" : message;
  return [`[Pod ${shownName(pod)}]: ${explanation}${errors.join("\n")}`];
}

function containerErrors(container: Manifest): string[] {
  if (container["ready"] === true) {
    return [];
  }
  const found = [waitingError(container), terminatedError(container), lastTermination(container)];
  return found.filter((error) => error !== undefined);
}

function waitingError(container: Manifest): string | undefined {
  const reason = textAt(container, "state", "waiting", "reason");
  return reason === "" || reason === "ContainerCreating"
    ? undefined
    : `[${reason}] ${textAt(container, "state", "waiting", "message")}`;
}

function terminatedError(container: Manifest): string | undefined {
  const reason = textAt(container, "state", "terminated", "reason");
  const message = textAt(container, "state", "terminated", "message");
  if (reason === "") {
    return undefined;
  }
  const code = numberAt(container, "state", "terminated", "exitCode") ?? 0;
  return message === ""
    ? `container "${nameIn(container)}" completed with exit code ${code}`
    : `[${reason}] ${message}`;
}

function lastTermination(container: Manifest): string | undefined {
  const at = textAt(container, "lastState", "terminated", "finishedAt");
  if (at === "") {
    return undefined;
  }
  const reason = textAt(container, "lastState", "terminated", "reason");
  const code = numberAt(container, "lastState", "terminated", "exitCode") ?? 0;
  const message = textAt(container, "lastState", "terminated", "message");
  const ended = `container "${nameIn(container)}" terminated at ${at} (${reason}: exit code ${code})`;
  return message === "" ? ended : `${ended}\n${message}`;
}

function nameIn(container: Manifest): string {
  return textAt(container, "name");
}
