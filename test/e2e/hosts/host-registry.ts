import { randomBytes } from "node:crypto";
import type { TestHost } from "../../hosts/test-host.ts";
import { until } from "../until.ts";

const PORT = 5500;

/**
 * A registry on a host that asks for a login, Debian's own. It listens on the host's loopback, where
 * Docker speaks with a registry that has no certificate.
 */
export class HostRegistry {
  readonly server = `localhost:${PORT}`;
  readonly user = "deployer";
  readonly password = randomBytes(24).toString("base64url");
  readonly #host: TestHost;

  private constructor(host: TestHost) {
    this.#host = host;
  }

  static async start(host: TestHost): Promise<HostRegistry> {
    const registry = new HostRegistry(host);
    await host.ssh(
      "apt-get -q update && DEBIAN_FRONTEND=noninteractive " +
        "apt-get -qy install --no-install-recommends apache2-utils docker-registry",
    );
    await host.ssh(`
set -eu
mkdir /srv/registry
htpasswd -Bbn ${registry.user} ${registry.password} >/srv/registry/users
cat >/srv/registry/config.yml <<'EOS'
${CONFIG}
EOS
nohup docker-registry serve /srv/registry/config.yml >/srv/registry/log 2>&1 </dev/null &`);
    const answers = () =>
      host.ssh(`curl --silent http://${registry.server}/v2/`).then(
        () => true,
        () => false,
      );
    await until(answers, "the registry answers");
    return registry;
  }

  /** Moves an image of the host's engine there; @returns its reference, by digest. */
  async take(name: string, as: string): Promise<string> {
    const target = `${this.server}/${as}`;
    return await this.#host.ssh(`
set -eu
DOCKER_CONFIG=$(mktemp -d)
export DOCKER_CONFIG
trap 'rm -r "$DOCKER_CONFIG"' EXIT
printf %s ${this.password} | docker login -u ${this.user} --password-stdin ${this.server} >&2
docker tag ${name} ${target}
docker push --quiet ${target} >&2
docker image inspect --format '{{index .RepoDigests 0}}' ${target}
docker image rm ${name} ${target} >&2`);
  }
}

const CONFIG = `version: 0.1
storage:
  filesystem:
    rootdirectory: /srv/registry/images
http:
  addr: 127.0.0.1:${PORT}
auth:
  htpasswd:
    realm: registry
    path: /srv/registry/users`;
