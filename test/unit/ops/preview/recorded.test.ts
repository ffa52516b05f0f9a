import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PreviewReport, reportOf } from "../../../../ops/preview/report.ts";
import type { PreviewStep } from "../../../../ops/preview/step.ts";
import { asText } from "../../../../ops/preview/text.ts";

// What the engine answered to `npm run preview:example`: `-- dev`, `-- dev host=gce gcpProject=acme-dev
// database=managed` and `-- prod`; steps of `pulumi preview --json` without outputs, long texts cut off.
const read = (name: string): PreviewStep[] =>
  readFileSync(join(import.meta.dirname, "recorded", `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const report = (steps: readonly PreviewStep[]) =>
  reportOf({ stack: "example", steps, refreshed: false });
const dangers = ({ components }: PreviewReport) =>
  components.flatMap(({ findings }) =>
    findings.filter((one) => one.dangerous).map(({ text }) => text),
  );

/** The same, of a stack that is there: what was to be made is left as it is. */
const thereIn = (steps: readonly PreviewStep[]) =>
  steps.map(
    ({ newState, ...step }) =>
      ({ ...step, op: "same", oldState: newState, newState }) as PreviewStep,
  );

/** Paths of what is secret in a step's inputs. */
function secretsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (value === "[secret]") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => secretsIn(inner, [...path, name]));
}

function withValueAt(value: unknown, [name, ...rest]: readonly string[], to: unknown): unknown {
  if (name === undefined) return to;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) };
  copy[name] = withValueAt(copy[name], rest, to);
  return copy;
}

describe.each([
  ["droplet", ["DigitalOcean volume `machine-data`"]],
  ["gce", ["Google disk `machine-data`", "Google database instance `database`"]],
  ["gke", ["persistent volume claim `database-data`", "Google cluster `cluster`"]],
])("a recorded stack: %s", (name, data) => {
  const steps = read(name);

  test("is public when it is new, is not dangerous, and names its release", () => {
    const all = report(steps);
    expect(all).toMatchObject({ verdict: ["becomes public"], dangerous: false });
    const text = asText(all, false);
    expect(text).toContain("  starts 1.2.3 (image registry.example.org/app:1.2.3)\n");
    expect(text).toContain("Known only when it is done: ");
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
  });

  test("is not changed where it is there already", () => {
    const all = report(thereIn(steps));
    expect(all).toMatchObject({ verdict: ["no change"], sizes: [], dangerous: false });
  });

  test("names its data and its protection where it is deleted, or let go of", () => {
    const deleted = report(
      steps.map(({ urn, newState }) => ({ op: "delete", urn, oldState: newState }) as PreviewStep),
    );
    const free = report(
      thereIn(steps).map((step) =>
        step.newState === undefined
          ? step
          : { ...step, newState: { ...step.newState, protect: false } },
      ),
    );
    for (const thing of data) {
      expect(
        dangers(deleted).filter((text) => text.startsWith(`the ${thing} is DELETED`)),
      ).toHaveLength(1);
      expect(dangers(free)).toContain(`the protection of the ${thing} is removed`);
    }
    expect(free.verdict).toEqual(["data at risk"]);
  });

  test("is in danger where any one of its secrets, a provider's too, is made plain", () => {
    const there = thereIn(steps.map(withLogin));
    const secrets = there.flatMap((step, index) =>
      secretsIn(step.newState?.inputs).map((path) => ({ index, path })),
    );
    const types = secrets.map(({ index }) => there[index]?.newState?.type);
    expect(types.filter((type) => type?.startsWith("pulumi:providers:"))).toHaveLength(1);
    expect(types).toContain("command:local:Command");
    for (const { index, path } of secrets) {
      fc.assert(
        fc.property(fc.stringMatching(/^\w+$/), (value) => {
          const changed = there.map((step, at) =>
            at === index ? withInput(step, path, value) : step,
          );
          const all = report(changed);
          expect(all).toMatchObject({ verdict: ["secret in the clear"], dangerous: true });
          expect(dangers(all)).toEqual([
            expect.stringMatching(/^\S+ of the .* is no longer secret$/),
          ]);
        }),
        { numRuns: 20 },
      );
    }
  });
});

const LOGINS: Readonly<Record<string, string>> = {
  "pulumi:providers:digitalocean": "token",
  "pulumi:providers:gcp": "credentials",
};

/** These were recorded without an account: as one with a login that a stack's config has. */
function withLogin(step: PreviewStep): PreviewStep {
  const login = LOGINS[step.newState?.type ?? ""];
  return login === undefined ? step : withInput(step, [login], "[secret]");
}

function withInput(step: PreviewStep, path: readonly string[], value: unknown): PreviewStep {
  if (step.newState === undefined) return step;
  const inputs = withValueAt(step.newState.inputs, path, value) as Record<string, unknown>;
  const op = step.op === "same" ? "update" : step.op;
  return { ...step, op, newState: { ...step.newState, inputs } };
}
