import { VERSION } from "../../infra/patterns.ts";
import type { PipelineEvent } from "./pipeline-event.ts";
import type { HookSettings, Route } from "./settings.ts";

/**
 * What begins a pipeline of the project's own refs. A merge request's is left out: its ref is the name of
 * a branch, and that of a fork may be called main as well. So are child pipelines, which built nothing.
 */
const SOURCES = ["push", "web", "api", "trigger", "pipeline", "schedule", "chat"];

/** What is to be deployed for an event, or why nothing is. */
export function wantedFor(
  { project, routes }: Pick<HookSettings, "project" | "routes">,
  event: PipelineEvent,
): Route | { readonly refused: string } | { readonly ignored: string } {
  if (event.project.toLowerCase() !== project.toLowerCase()) {
    return { refused: `This deploys ${project}, not ${event.project}.` };
  }
  if (event.status !== "success") return { ignored: `The pipeline's status is ${event.status}.` };
  if (event.isOfMergeRequest || !SOURCES.includes(event.source)) {
    return { ignored: `A pipeline by ${event.source} is not deployed.` };
  }
  const kind = event.isTag ? "tag" : "branch";
  const route = routes.find((one) => one.kind === kind && matches(one.pattern, event.ref));
  if (route === undefined) return { ignored: `No stack takes the ${kind} ${event.ref}.` };
  // Anybody who may push at all may push a tag that is not.
  if (kind === "tag" && event.isProtected === false) {
    return { ignored: `The tag ${event.ref} is not protected at GitLab.` };
  }
  if (kind === "tag" && !VERSION.pattern.test(event.ref)) {
    return { ignored: `The tag ${event.ref} is no version's name: ${VERSION.words}.` };
  }
  return route;
}

function matches(pattern: string, ref: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\/-]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(ref);
}
