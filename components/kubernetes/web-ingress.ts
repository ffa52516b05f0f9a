import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../labels.ts";
import { FURTHER_SECONDS, TRIES } from "../nginx/limits.ts";
import type { TlsSettings } from "../nginx/names.ts";
import type { Cluster } from "./cluster.ts";
import { objectLabels } from "./kubernetes-labels.ts";
import { AWAIT_CERTIFICATE, FIND_CERT_MANAGER, TRY_INGRESS } from "./steps/definitions.ts";

export interface WebIngressArgs {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  /** Class of the controller that is to serve it. */
  readonly className: pulumi.Input<string>;
  /** Whether that is the stack's own, which is known to say what it makes of an Ingress. */
  readonly ownController: boolean;
  /** The only host that is answered. */
  readonly domain: string;
  readonly tls: TlsSettings;
  /** Service that gets the requests. */
  readonly service: pulumi.Input<string>;
  readonly bodyMiB: number;
  readonly readSeconds: number;
  /** What a controller of another kind wants to be told. */
  readonly annotations: Readonly<Record<string, string>>;
  /** How long an authority may take to give a certificate. */
  readonly certificateSeconds: number;
}

/** How long the controller may take to get its address from a cloud. */
const ADDRESS_SECONDS = 600;
/** How long a controller may take to say what it thinks of annotations; the stack's own may have to start. */
const OPINION_SECONDS = { own: 120, foreign: 10 } as const;

/**
 * The host name at the ingress controller, with its TLS. Ready when the controller has a public address.
 * Annotations from config are tried first: a controller that refuses them would take the host off.
 * With `acme` the certificate is got and renewed by cert-manager, which has to be in the cluster; it is there
 * before anything is released, and until then a certificate that nobody trusts is in its place.
 */
export class WebIngress extends pulumi.ComponentResource {
  /** Public address: an IP address, or a host name where the cloud gives that. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: WebIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:WebIngress", name, {}, opts);
    const { namespace, owner, tls, domain } = args;
    const metadata = { namespace, labels: objectLabels(owner, "ingress") };
    const { secretName, issuers } = this.#certificate(name, args, metadata);
    const backend = { service: { name: args.service, port: { name: "http" } } };
    const annotations = { ...nginxAnnotations(args), ...args.annotations };
    const ingress = new kubernetes.networking.v1.Ingress(
      name,
      {
        metadata: {
          ...metadata,
          name,
          annotations: { ...(tls.kind === "acme" ? acmeAnnotations(name) : {}), ...annotations },
        },
        spec: {
          ingressClassName: args.className,
          rules: [{ host: domain, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
          ...(secretName === undefined ? {} : { tls: [{ hosts: [domain], secretName }] }),
        },
      },
      {
        parent: this,
        customTimeouts: { create: `${ADDRESS_SECONDS}s` },
        dependsOn: [...issuers, ...this.#trial(name, args, annotations)],
      },
    );
    const address = ingress.status.apply(addressIn);
    this.address = tls.kind === "acme" ? this.#certified(name, args, address) : address;
    this.registerOutputs({ address: this.address });
  }

  /** @returns the address, once there is a certificate. */
  #certified(
    name: string,
    { cluster, namespace, domain, certificateSeconds }: WebIngressArgs,
    address: pulumi.Output<string>,
  ): pulumi.Output<string> {
    const step = cluster.steps.step(
      `${name}-certified`,
      AWAIT_CERTIFICATE,
      {
        ...{ namespace, domain, address, issuer: name, name: acmeSecret(name) },
        seconds: certificateSeconds,
      },
      { parent: this },
    );
    // What it prints says nothing; it makes whatever asks at the address wait for it.
    return pulumi.all([address, step.stdout]).apply(([known]) => known);
  }

  /** @returns the step that takes it; none where nothing but what is ours is to be tried. */
  #trial(
    name: string,
    args: WebIngressArgs,
    annotations: Record<string, pulumi.Input<string>>,
  ): pulumi.Resource[] {
    if (Object.keys(args.annotations).length === 0) return [];
    const { cluster, namespace, className, service } = args;
    const step = cluster.steps.step(
      `${name}-tried`,
      TRY_INGRESS,
      {
        namespace,
        name: `${name}-trial`,
        className,
        service,
        labels: objectLabels(args.owner, "ingress"),
        annotations,
        seconds: args.ownController ? OPINION_SECONDS.own : OPINION_SECONDS.foreign,
      },
      { parent: this },
    );
    return [step];
  }

  /** @returns the name of the object with the certificate, if any, and what is to be there before it is asked for. */
  #certificate(
    name: string,
    { cluster, tls }: WebIngressArgs,
    metadata: kubernetes.types.input.meta.v1.ObjectMeta,
  ): Certificate {
    switch (tls.kind) {
      case "off":
        return { secretName: undefined, issuers: [] };
      case "provided": {
        const secret = new kubernetes.core.v1.Secret(
          `${name}-certificate`,
          {
            metadata,
            type: "kubernetes.io/tls",
            immutable: true,
            stringData: { "tls.crt": tls.certificate, "tls.key": tls.key },
          },
          { parent: this },
        );
        return { secretName: secret.metadata.name, issuers: [] };
      }
      case "acme":
        return {
          secretName: acmeSecret(name),
          issuers: [this.#issuer(name, cluster, tls, metadata)],
        };
    }
  }

  #issuer(
    name: string,
    cluster: Cluster,
    { email, server, serverCa }: Extract<TlsSettings, { kind: "acme" }>,
    metadata: kubernetes.types.input.meta.v1.ObjectMeta,
  ): pulumi.Resource {
    const found = cluster.steps.step(
      `${name}-cert-manager`,
      FIND_CERT_MANAGER,
      {},
      { parent: this },
    );
    return new kubernetes.apiextensions.CustomResource(
      `${name}-issuer`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { ...metadata, name },
        spec: {
          acme: {
            server,
            ...(email === undefined ? {} : { email }),
            ...(serverCa === undefined
              ? {}
              : { caBundle: Buffer.from(serverCa).toString("base64") }),
            privateKeySecretRef: { name: `${name}-acme-account` },
            // By itself cert-manager opens a port of every node.
            solvers: [{ http01: { ingress: { name, serviceType: "ClusterIP" } } }],
          },
        },
      },
      { parent: this, dependsOn: [found] },
    );
  }
}

interface Status {
  readonly loadBalancer?: {
    readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] | null;
  } | null;
}

/** Empty where the controller says of none, as a drift may find it: then not even the status need be there. */
export function addressIn(status: Status | null | undefined): string {
  const [first] = status?.loadBalancer?.ingress ?? [];
  return first?.ip ?? first?.hostname ?? "";
}

/** For the controller of F5; others do not look at them. Nginx of ours behind it does the rest. */
function nginxAnnotations({ bodyMiB, readSeconds, service, tls }: WebIngressArgs) {
  return {
    "nginx.org/client-max-body-size": `${bodyMiB}m`,
    // Time for a lost packet to be sent again, twice.
    "nginx.org/proxy-connect-timeout": "5s",
    // The cluster says which pods are ready. By default one slow connection takes a pod out for ten seconds,
    // and once that has come to all of them, everybody gets a 502.
    "nginx.org/max-fails": "0",
    // Nginx behind it says first that the app has been silent for too long.
    "nginx.org/proxy-read-timeout": `${readSeconds + FURTHER_SECONDS}s`,
    "nginx.org/proxy-send-timeout": `${readSeconds + FURTHER_SECONDS}s`,
    "nginx.org/proxy-next-upstream": TRIES.when,
    "nginx.org/proxy-next-upstream-tries": String(TRIES.most),
    // Streams pass at once; answers are buffered behind it.
    "nginx.org/proxy-buffering": "false",
    "nginx.org/websocket-services": service,
    ...(tls.kind === "off" ? {} : HSTS),
  };
}

const HSTS = { "nginx.org/hsts": "true", "nginx.org/hsts-max-age": "31536000" };

interface Certificate {
  readonly secretName: pulumi.Input<string> | undefined;
  readonly issuers: readonly pulumi.Resource[];
}

const acmeSecret = (name: string) => `${name}-acme`;

function acmeAnnotations(issuer: string) {
  return {
    "cert-manager.io/issuer": issuer,
    // A controller gives a host to one Ingress: the challenge is answered by this one.
    "acme.cert-manager.io/http01-edit-in-place": "true",
    // The authority is redirected to HTTPS, where it takes any certificate, and must find one.
    "cert-manager.io/issue-temporary-certificate": "true",
    // Who edits the paths last owns them, and puts them back as they were.
    "pulumi.com/patchForce": "true",
  };
}
