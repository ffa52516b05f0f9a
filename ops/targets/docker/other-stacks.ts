import type { Owner } from "../../../components/labels.ts";
import { SITES_FOLDER } from "../../../components/nginx/site-conf.ts";
import type { LabelledStack } from "../target.ts";
import { FIRST } from "./first.ts";
import { printed, type Reach } from "./reach.ts";
import { linesOf, things } from "./things.ts";

const NAMES = `
names=$(for list in "container ls --all" "network ls" "volume ls"; do
  docker $list --filter "label=slipway.project=$1" --format '{{.Label "slipway.stack"}}'
done)
printf '%s\\n' "$names" | sort -u`;

/** Its host is taken off the public Nginx of the stack that served it, if that has it. */
const TAKE_OFF = `${FIRST}
ingress=$(first docker ps --quiet $1 --filter label=slipway.role=ingress)
if [ -z "$ingress" ]; then exit 0; fi
docker exec "$ingress" sh -euc '
  [ -d "${SITES_FOLDER}/$1" ] || exit 0
  rm -rf "${SITES_FOLDER}/$1"
  nginx -q -s reload' sh "$2"`;

/** The other stacks of the project on the machine. */
export async function otherStacks(host: Reach, owner: Owner): Promise<LabelledStack[]> {
  const { project } = owner;
  const filters = (stack: string) =>
    `--filter label=slipway.project=${project} --filter label=slipway.stack=${stack}`;
  const names = linesOf(await printed(host.take(NAMES, [project]))).filter(
    (stack) => stack !== owner.stack,
  );
  return await Promise.all(
    names.map(async (stack) => {
      const all = await things(host, filters(stack));
      return {
        stack,
        things: all,
        remove: async () => {
          await printed(host.take(TAKE_OFF, [filters(owner.stack), stack]));
          for (const thing of all) await thing.remove();
        },
      };
    }),
  );
}
