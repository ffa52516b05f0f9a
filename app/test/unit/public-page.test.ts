import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "..", "..", "public");
const [html, css, script] = ["index.html", "style.css", "app.js"].map((name) =>
  readFileSync(join(folder, name), "utf8"),
) as [string, string, string];

it("has nothing inline, so that a policy of default-src 'self' holds", () => {
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|data:/i);
  expect(script).not.toMatch(/\.style\b|\beval\(|new Function/);
});

it("takes nothing from elsewhere", () => {
  expect(html + css + script).not.toMatch(/https?:|@import|url\(|["'(]\/\//);
});

it("writes what authors wrote as text, never as markup", () => {
  expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
});

it("has every element that the script looks for", () => {
  const wanted = [...script.matchAll(/getElementById\("([^"]+)"\)/g)].map(([, id]) => id);
  expect(wanted).not.toEqual([]);
  for (const id of wanted) expect(html).toContain(`id="${id}"`);
});
