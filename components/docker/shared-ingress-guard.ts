import * as pulumi from "@pulumi/pulumi";
import { labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { CONF_FOLDER } from "../nginx/places.ts";
import { confinedOptions, STEP } from "./confinement.ts";
import { ingressVolume } from "./shared-ingress.ts";

export interface SharedIngressGuardArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  /** Image of Nginx. */
  readonly image: string;
}

/**
 * Refuses that a stack is taken down while its Nginx serves others. It comes after all else of the stack,
 * and so goes first: a refusal leaves everything as it was. A machine that is deleted takes them along.
 */
export class SharedIngressGuard extends pulumi.ComponentResource {
  constructor(name: string, args: SharedIngressGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:SharedIngressGuard", name, {}, opts);
    args.machine.run(`${name}-gone`, goneScript(args), { parent: this });
    this.registerOutputs({});
  }
}

function goneScript({ owner, image }: SharedIngressGuardArgs): Script {
  return {
    values: { STACK: owner.stack, VOLUME: ingressVolume(owner, "conf"), IMAGE: image },
    apply: ":",
    remove: `
  docker volume inspect "$VOLUME" >/dev/null 2>&1 || return 0
  served=$(docker run --rm ${labelOptions(labels(owner, "step"))} ${confinedOptions(STEP)} \\
    --volume "$VOLUME:${CONF_FOLDER}:ro" --entrypoint sh "$IMAGE" -c 'cd ${CONF_FOLDER}/sites 2>/dev/null && echo *' | tr -d '*')
  if [ -n "$served" ]; then
    echo "The Nginx of $STACK serves other stacks, which would be cut off. Remove them first" \\
      "(./slipway sweep -s NAME for a review stack): $served" >&2
    exit 1
  fi`,
  };
}
