import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { succeed } from "../../hosts/succeed.ts";
import type { TestHost } from "../../hosts/test-host.ts";

const { nginx, node, postgres } = offlineImages;
/** What a host can't pull where there is no registry. */
const STAND_INS = chosenTools().images === "offline" ? [nginx, node, postgres] : [];

const ARCHIVE = "/root/images.tar";

/** On a host that has Docker. */
export async function provideImages(host: TestHost): Promise<void> {
  await host.loadImages(STAND_INS);
}

/**
 * On a host that has no Docker yet: the images are there as soon as it is installed.
 *
 * @param more that it can't pull from any registry.
 */
export async function provideImagesWithDocker(
  host: TestHost,
  more: readonly string[] = [],
): Promise<void> {
  const images = [...STAND_INS, ...more];
  if (images.length === 0) return;
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const ssh = ["-i", host.privateKeyFile, ...options.flatMap((option) => ["-o", option])];
  const send = `set -o pipefail; docker save ${images.join(" ")} | ssh "$@" 'cat >${ARCHIVE}'`;
  await succeed("bash", ["-c", send, "send", ...ssh, `root@${host.address}`]);
  await host.ssh(`cat >/usr/local/sbin/load-images <<'EOS'
${LOAD}
EOS
chmod +x /usr/local/sbin/load-images
echo 'DPkg::Post-Invoke { "/usr/local/sbin/load-images"; };' >/etc/apt/apt.conf.d/99-load-images`);
}

/** Runs after every installation of packages, and starts Docker, as systemd does with what is installed. */
const LOAD = `#!/bin/sh
set -eu
if [ ! -e ${ARCHIVE} ] || ! command -v dockerd >/dev/null; then exit 0; fi
service docker start
tries=100
until [ -S /var/run/docker.sock ]; do
  tries=$((tries - 1))
  if [ $tries -eq 0 ]; then echo "Docker was installed and did not start."; exit 1; fi
  sleep 0.1
done
curl --silent --fail --unix-socket /var/run/docker.sock --request POST \\
  --upload-file ${ARCHIVE} http://docker/images/load >/dev/null
rm ${ARCHIVE}`;
