import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { appConfinement, confinedOptions } from "../../components/docker/confinement.ts";
import { ensureOfflineImages, offlineImages } from "../../offline/images/index.ts";

const { nginx, postgres } = offlineImages;
const LIMITS = confinedOptions(
  appConfinement({ cpu: undefined, memory: 256, privileges: "limited", readOnlyRoot: false }),
).split(" ");

beforeAll(() => ensureOfflineImages(() => undefined, undefined, [nginx, postgres]), 600_000);

/** What images are seen to do when they start, as root, before they become what they are. */
describe("the limits of an app let an image", () => {
  test.each([
    ["become a user, as gosu does", postgres, "gosu postgres id -un", "postgres"],
    [
      "give up every capability with it, as Redis does",
      postgres,
      "setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=-all --bounding-set=-all id -un",
      "postgres",
    ],
    ["become a user by PAM, as su does", postgres, "su postgres -c 'id -un'", "postgres"],
    ["lock itself into a folder", postgres, "chroot --userspec=postgres / id -un", "postgres"],
    [
      "give a folder to a user, and work in it",
      postgres,
      "mkdir -m 700 /d && chown postgres /d && touch /d/a && chmod 750 /d && chown postgres /d/a && stat -c %U /d/a",
      "postgres",
    ],
    [
      "end the processes of its users",
      postgres,
      "gosu postgres sleep 60 & sleep 0.3; kill $! && wait $! || echo $?",
      "143",
    ],
    [
      "listen on 80, as root with workers that are not",
      nginx,
      "nginx >/dev/null && curl -fsS -o /dev/null -w '%{http_code}' http://127.0.0.1 && nginx -s stop 2>/dev/null",
      "200",
    ],
    [
      "listen on 80 as a user",
      nginx,
      'setpriv --reuid=101 --clear-groups sh -c \'cd /tmp && printf "%s" "pid /tmp/p; events {} ' +
        "http { client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; " +
        'uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e; access_log off; server { listen 80; return 204; } }" >n && ' +
        'nginx -e /tmp/error -c /tmp/n && curl -sS -o /dev/null -w "%{http_code}" http://127.0.0.1\'',
      "204",
    ],
  ])("%s", (_, image, command, said) => {
    const { stdout, stderr } = run(image, command);
    expect(stdout.trim(), stderr).toBe(said);
  });
});

test("and nothing more: no rights are gained, and no packets are made up", () => {
  const { stdout } = run(postgres, "grep -E 'NoNewPrivs|CapBnd' /proc/self/status; ulimit -p");
  expect(stdout).toMatch(/NoNewPrivs:\s1\b/);
  // CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, SYS_CHROOT, AUDIT_WRITE.
  const bits = [0, 1, 3, 5, 6, 7, 8, 10, 18, 29];
  const all = bits.reduce((sum, bit) => sum + 2 ** bit, 0);
  expect(Number.parseInt(/CapBnd:\s([0-9a-f]+)/.exec(stdout)?.[1] ?? "", 16)).toBe(all);
});

function run(image: string, command: string) {
  const options = ["run", "--rm", ...LIMITS, "--entrypoint", "sh", image, "-c", command];
  return spawnSync("docker", options, { encoding: "utf8", timeout: 60_000 });
}
