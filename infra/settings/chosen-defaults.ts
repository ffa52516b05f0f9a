import { type ChosenDefault, is } from "./setting.ts";

const LOCAL = is("host", "local");
const ON_HOST = is("target", "docker");

/** One value on the machine that runs Pulumi, and another one elsewhere. */
export function byHost<T extends Shown>(local: T, elsewhere: T): ChosenDefault<T> {
  return {
    words: `${local} on \`local\`, ${elsewhere} elsewhere`,
    of: (facts) => (facts.holds(LOCAL) ? local : elsewhere),
  };
}

/** One value on a Docker host, and another one in a cluster. */
export function byTarget<T extends Shown>(onHost: T, inCluster: T): ChosenDefault<T> {
  return {
    words: `${onHost} on a Docker host, ${inCluster} in a cluster`,
    of: (facts) => (facts.holds(ON_HOST) ? onHost : inCluster),
  };
}

type Shown = string | number | boolean;

interface Clouds<T> {
  readonly droplet: T;
  readonly gce: T;
  readonly gke: T;
}

/** A value for each thing that a cloud can make; that of a droplet where none is made. */
export function byCloud<T extends Shown>({ droplet, gce, gke }: Clouds<T>): ChosenDefault<T> {
  const words =
    gce === gke ? `${gce} for \`gce\` and \`gke\`` : `${gce} for \`gce\`, ${gke} for \`gke\``;
  return {
    words: `${droplet} for \`droplet\`, ${words}`,
    of: (facts) => {
      if (facts.holds(is("host", "gce"))) return gce;
      return facts.holds(is("cluster", "gke")) ? gke : droplet;
    },
  };
}
