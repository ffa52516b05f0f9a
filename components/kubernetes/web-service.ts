import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../labels.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";
import { SKIP_AWAIT } from "./pod-life.ts";

export interface WebServiceArgs {
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
}

/** The address of the app in the cluster, which is there before any pod of it is, and stays. */
export class WebService extends pulumi.ComponentResource {
  /** `HOST:PORT`. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: WebServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:WebService", name, {}, opts);
    const { owner, namespace } = args;
    const service = new kubernetes.core.v1.Service(
      name,
      {
        metadata: {
          name,
          namespace,
          labels: objectLabels(owner, "web"),
          annotations: SKIP_AWAIT,
        },
        spec: {
          selector: selector(owner, "web"),
          ports: [{ name: "http", port: 80, targetPort: "http" }],
        },
      },
      { parent: this },
    );
    this.address = pulumi.interpolate`${service.metadata.name}:80`;
    this.registerOutputs({ address: this.address });
  }
}
