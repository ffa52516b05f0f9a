import type { PreviewStep } from "../ops/preview/step.ts";
import { typeInWords } from "../ops/preview/words.ts";

interface Line {
  readonly depth: number;
  readonly step: PreviewStep;
}

/**
 * What a preview would make, as an indented tree: a component, and below it what is in it, in the order
 * in which the engine comes to it. Stack and providers are left out: they are no things of their own.
 */
export function previewTree(steps: readonly PreviewStep[]): string {
  const shown = steps.filter((step) => !typeOf(step).startsWith("pulumi:"));
  const lines = below(shown, rootOf(steps), 0);
  const width = Math.max(0, ...lines.map((line) => label(line).length));
  return lines
    .map((line) => `${label(line).padEnd(width)}  ${inWords(line.step)}\n`)
    .concat(`\n${summary(shown)}\n`)
    .join("");
}

const rootOf = (steps: readonly PreviewStep[]) =>
  steps.find((step) => typeOf(step) === "pulumi:pulumi:Stack")?.urn;

function below(
  steps: readonly PreviewStep[],
  parent: string | undefined,
  depth: number,
): readonly Line[] {
  const children = steps.filter(({ newState }) => newState?.parent === parent);
  return byType(children).flatMap((step) => [
    { depth, step },
    ...below(steps, step.urn, depth + 1),
  ]);
}

/** Things of one type together and by name: the engine comes to replicas in any order. */
function byType(steps: readonly PreviewStep[]): readonly PreviewStep[] {
  const types = [...new Set(steps.map(typeOf))];
  return types.flatMap((type) =>
    steps
      .filter((step) => typeOf(step) === type)
      .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), "en", { numeric: true })),
  );
}

const label = ({ depth, step }: Line) =>
  `${"  ".repeat(depth)}${step.op === "create" ? "+" : step.op} ${nameOf(step)}`;

function inWords(step: PreviewStep): string {
  const words = typeInWords(typeOf(step));
  return step.newState?.protect === true ? `${words}, protected` : words;
}

function summary(steps: readonly PreviewStep[]): string {
  const components = steps.filter(isComponent).length;
  const created = steps.filter((step) => step.op === "create" && !isComponent(step));
  const kept = created.filter(({ newState }) => newState?.protect === true).length;
  return `${created.length} to create in ${components} components, ${kept} of them protected.`;
}

const isComponent = (step: PreviewStep) => typeOf(step).startsWith("slipway:");
const typeOf = ({ newState }: PreviewStep) => newState?.type ?? "";
const nameOf = ({ urn }: PreviewStep) => urn.split("::").at(-1) ?? urn;
