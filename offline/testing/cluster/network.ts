import { type AddressPlan, randomPlan } from "./address-plan.ts";
import { docker } from "./commands.ts";

const TRIES = 20;

/** Makes a network that the machine reaches, where none is yet. */
export async function makeNetwork(name: string, label: string): Promise<AddressPlan> {
  for (let left = TRIES; ; left--) {
    const plan = randomPlan();
    try {
      await docker([
        ...["network", "create", `--label=${label}`, `--subnet=${plan.subnet}`],
        ...[`--ip-range=${plan.unasked}`, `--gateway=${plan.gateway}`, name],
      ]);
      return plan;
    } catch (error) {
      if (left === 1 || !/overlaps/i.test(String(error))) throw error;
    }
  }
}
