import fc from "fast-check";
import { expect, test } from "vitest";
import { asMarkdown, failureAsMarkdown, markerOf } from "../../../../ops/preview/markdown.ts";
import { reportOf } from "../../../../ops/preview/report.ts";
import { asText } from "../../../../ops/preview/text.ts";
import { appContainer, stepsFor } from "./steps.ts";

const label = "slipway::allow-danger";
const steps = [
  ...stepsFor({
    type: "docker:index/container:Container",
    name: "web-1",
    in: "web",
    old: appContainer("app:1", "1.4.1"),
    now: appContainer("app:2", "1.4.2"),
    replaced: "beside the old one",
  }),
  ...stepsFor({
    type: "digitalocean:index/volume:Volume",
    name: "machine-data",
    in: "machine",
    old: { size: 10 },
    now: { size: 20 },
    wasProtected: true,
    isProtected: false,
    keys: ["size"],
  }),
];
const report = reportOf({ stack: "dev", steps, refreshed: true });

test("a merge request reads the verdict first, then words, sizes, and the folded difference", () => {
  expect(
    asMarkdown(report, { diff: "~ size: 10 => 20", allowance: { allowed: false }, label }),
  ).toBe(
    `<!-- slipway:preview:dev -->

### \`dev\`: **DATA AT RISK**

The marked changes need the label \`slipway::allow-danger\` on this merge request; then run this job again.

**web**

- releases 1.4.2 (image app:2) without a gap; it was 1.4.1

**machine**

- :warning: **the protection of the DigitalOcean volume \`machine-data\` is removed**
- changes the DigitalOcean volume \`machine-data\`: size

**Sizes**

- machine, machine-data: GiB 10 → 20

<details><summary>1 to change, 1 to replace.</summary>

~~~
~ size: 10 => 20
~~~

</details>

`,
  );
});

test("a terminal reads the same, with colours only where they are wanted", () => {
  const plain = asText(report, false);
  expect(plain.split("\n")[0]).toBe("dev: DATA AT RISK");
  expect(plain).toContain(
    "  ! the protection of the DigitalOcean volume `machine-data` is removed\n",
  );
  expect(plain).toContain("\n\n1 to change, 1 to replace.\n");
  expect(plain).not.toContain("\u001b");
  expect(asText(report, true)).toContain("\u001b[31m");
});

test("a note that is too long is shortened, and says so", () => {
  const text = asMarkdown(report, { diff: "x".repeat(200_000), allowance: undefined, label });
  expect(text.length).toBeLessThan(100_000);
  expect(text).toContain("(shortened; with --diff, the command prints all of it)");
});

test("a preview that was refused says why, in the place of what was said before", () => {
  expect(failureAsMarkdown("dev", "volume is protected\n/close")).toBe(
    "<!-- slipway:preview:dev -->\n\n### `dev`: **THE PREVIEW FAILED**\n\n~~~\nvolume is protected\n/close\n~~~\n\n",
  );
});

// GitLab does what a line that begins with a slash says, whoever wrote it.
test("nothing in a preview is a command, a mention or the end of what is folded", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.array(fc.constantFrom("/close", "~~~~", "```", "@all", "</details>", "x")),
      (name, lines) => {
        const evil = `${name}\n/close\n@all`;
        const all = reportOf({
          stack: "dev",
          steps: stepsFor({ type: "a:b/c:D", name: evil, old: {}, now: {}, keys: [evil] }),
          refreshed: true,
        });
        const text = asMarkdown(all, { diff: lines.join("\n"), allowance: undefined, label });
        expect(text.startsWith(markerOf("dev"))).toBe(true);
        const [before = "", fence = ""] = text.split(/^(~{3,})$/m);
        expect(before.split("\n").filter((line) => line.startsWith("/"))).toEqual([]);
        expect(before.replaceAll(/`[^`\n]*`/g, "")).not.toMatch(/(^|[^\\])@all/);
        expect(text.split(`\n${fence}\n`)).toHaveLength(3);
      },
    ),
  );
});
