import type { Owner } from "../labels.ts";

/** By which names a stack and the ingress controller of another one find each other. */

/** Account of every controller of Slipway, in the namespace of its stack. */
export const CONTROLLER_ACCOUNT = "ingress";
/** Annotation of a class that other stacks may use: the namespace of its controller. */
export const CONTROLLER_NAMESPACE = "slipway.controller-namespace";
/** Label of a namespace: the stack whose controller serves it. */
export const SERVED_BY = "slipway.served-by";

/** Class of a stack's own controller. It belongs to no namespace, and so has the stack in its name. */
export const classOf = ({ project, stack }: Owner) => `${project}-${stack}`;

/** The stack whose controller has a class; undefined where that is none of Slipway's. */
export const stackOfClass = (project: string, name: string): string | undefined =>
  name.startsWith(`${project}-`) ? name.slice(project.length + 1) : undefined;

/** ClusterRole with what the controller of a class may do in a namespace that it serves. */
export const servedRole = (ingressClass: string) => `${ingressClass}-served`;
