/** Of the Kubernetes resources, the fields that the controller reads; dates are as the API writes them. */

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly resourceVersion: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Resource {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Metadata;
}

export interface Ingress extends Resource {
  readonly spec: IngressSpec;
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly Address[] } };
}

export interface IngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: Backend;
  readonly rules?: readonly Rule[];
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
}

export interface Rule {
  readonly host?: string;
  readonly http?: { readonly paths: readonly Path[] };
}

export interface Path {
  readonly path?: string;
  readonly pathType?: "Exact" | "Prefix" | "ImplementationSpecific";
  readonly backend: Backend;
}

export interface Backend {
  readonly service?: ServiceBackend;
  readonly resource?: object;
}

export interface ServiceBackend {
  readonly name: string;
  readonly port?: { readonly name?: string; readonly number?: number };
}

export interface Address {
  readonly ip?: string;
  readonly hostname?: string;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly targetPort?: number | string;
}

export interface Service extends Resource {
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly externalIPs?: readonly string[];
    readonly ports?: readonly ServicePort[];
    readonly selector?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly Address[] } };
}

export interface EndpointSlice extends Resource {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
  readonly ports?: readonly { readonly port?: number }[];
}

export interface Pod extends Resource {
  readonly spec: {
    readonly containers: readonly {
      readonly ports?: readonly {
        readonly name?: string;
        readonly containerPort: number;
        readonly protocol?: string;
      }[];
    }[];
  };
}

export interface Secret extends Resource {
  readonly type?: string;
  /** In base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMap extends Resource {
  readonly data?: Readonly<Record<string, string>>;
}

/** It belongs to none itself. */
export type Namespace = Resource;

export interface IngressClass extends Resource {
  readonly spec: { readonly controller?: string };
}

/** `namespace/name`: how a resource of a known kind is called in messages and caches. */
export function keyOf({ metadata }: Resource): string {
  return `${metadata.namespace}/${metadata.name}`;
}

export function annotationsOf({ metadata }: Resource): Readonly<Record<string, string>> {
  return metadata.annotations ?? {};
}
