import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, labelOptions, labels, type Owner } from "./labels.ts";
import type { Machine, Script } from "./machine.ts";
import { CONF_FOLDER, NO_RELEASE_CONF, STATIC_FOLDER, serverConf } from "./nginx-conf.ts";

export interface NginxIngressArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  /** Image of Nginx 1.27.4 or later, with curl. A change replaces the container: a short gap. */
  readonly image: string;
  /** IPv4 address of the machine to publish on. A change is a short gap. */
  readonly bindAddress: string;
  /** Port of the machine to publish on. A change is a short gap. */
  readonly httpPort: number;
}

/**
 * The only container with a public port. Its configuration is on a volume, so that a change is a
 * reload and never another container. Until the first release it answers 502.
 *
 * Configuration and static files go with it; a release writes them again.
 */
export class NginxIngress extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;
  /** Where a person finds the app. */
  readonly url: pulumi.Output<string>;
  /** Where the machine itself reaches Nginx through the port that it publishes. */
  readonly askAt: string;

  constructor(name: string, args: NginxIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:NginxIngress", name, {}, opts);
    const child = { parent: this };
    const mine = labelList(labels(args.owner, "ingress"));
    const volumeName = (what: string) =>
      `${args.owner.project}-${args.owner.stack}-${name}-${what}`;

    const conf = new docker.Volume(
      `${name}-conf`,
      { name: volumeName("conf"), labels: mine },
      child,
    );
    const files = new docker.Volume(
      `${name}-static`,
      { name: volumeName("static"), labels: mine },
      child,
    );
    // Written before Nginx starts, so that it never serves the welcome page of its image.
    const configured = args.machine.run(
      `${name}-configured`,
      configureScript(conf.name, args),
      child,
    );

    const container = new docker.Container(
      name,
      {
        image: args.image,
        labels: mine,
        ports: [{ internal: 80, external: args.httpPort, ip: args.bindAddress }],
        volumes: [
          { volumeName: conf.name, containerPath: CONF_FOLDER },
          { volumeName: files.name, containerPath: STATIC_FOLDER },
        ],
        networksAdvanced: [{ name: args.network }],
        restart: "unless-stopped",
        destroyGraceSeconds: 10,
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
      },
      { ...child, dependsOn: [configured] },
    );

    this.containerName = container.name;
    this.url = args.machine.address.apply((address) => publicUrl(address, args.httpPort));
    const address = args.bindAddress === "0.0.0.0" ? "127.0.0.1" : args.bindAddress;
    this.askAt = `http://${address}:${args.httpPort}`;
    this.registerOutputs({ containerName: this.containerName, url: this.url });
  }
}

function publicUrl(address: string, port: number): string {
  return `http://${address}${port === 80 ? "" : `:${port}`}`;
}

export function configureScript(volume: pulumi.Input<string>, args: NginxIngressArgs): Script {
  return {
    values: {
      VOLUME: volume,
      NETWORK: args.network,
      IMAGE: args.image,
      SERVER_CONF: serverConf(),
      NO_RELEASE_CONF,
    },
    functions: `
# Beside the running Nginx, if there is one: on its volume and its network, where names mean the same.
inside() {
  docker run --rm --interactive ${labelOptions(labels(args.owner, "step"))} \\
    --network "$NETWORK" --volume "$VOLUME:${CONF_FOLDER}" --workdir ${CONF_FOLDER} \\
    --entrypoint sh "$IMAGE" -c "$1"
}`,
    apply: `
  printf %s "$NO_RELEASE_CONF" | inside '[ -e release.conf ] || cat >release.conf'
  printf %s "$SERVER_CONF" | inside '
    if [ -e default.conf ]; then cp default.conf default.conf.before; fi
    cat >default.conf
    if ! nginx -q -t; then
      if [ -e default.conf.before ]; then mv default.conf.before default.conf; fi
      exit 1
    fi'
  running=$(docker ps --quiet --filter "volume=$VOLUME" --filter label=slipway.role=ingress)
  if [ -n "$running" ]; then docker exec "$running" nginx -q -s reload; fi`,
  };
}
