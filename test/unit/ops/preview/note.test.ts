import { afterEach, beforeEach, expect, test } from "vitest";
import { GitLab } from "../../../../ops/gitlab/client.ts";
import { markerOf } from "../../../../ops/preview/markdown.ts";
import { keepNote } from "../../../../ops/preview/note.ts";
import { FakeGitLab } from "../../../gitlab/fake-gitlab.ts";

let fake: FakeGitLab;
beforeEach(async () => {
  fake = await FakeGitLab.start();
  fake.addMergeRequest(7);
});
afterEach(async () => {
  expect(fake.refused).toEqual([]);
  await fake.stop();
});

const keep = (stack: string, text: string) =>
  keepNote(
    new GitLab(fake.url, fake.project, fake.tokens.api),
    7,
    stack,
    `${markerOf(stack)}\n\n${text}`,
  );
const bodies = () => fake.notes.get(7)?.map(({ body }) => body.split("\n\n").at(-1));

test("there is one note for each stack, and it is edited, among many others", async () => {
  for (let count = 0; count < 150; count += 1) fake.addNote(7, "talk");
  fake.addNote(7, markerOf("dev"), true);
  expect(await keep("dev", "first")).toBe("written");
  expect(await keep("prod", "of prod")).toBe("written");
  fake.addNote(7, `> ${markerOf("dev")} quoted by somebody`);
  expect(await keep("dev", "second")).toBe("changed");
  expect(await keep("dev", "second")).toBe("the same");
  expect(bodies()?.slice(151)).toEqual([
    "second",
    "of prod",
    `> ${markerOf("dev")} quoted by somebody`,
  ]);
});

test("a note of somebody else with the marker is left to them", async () => {
  fake.addNote(7, `${markerOf("dev")}\n\ncopied`);
  fake.answerNext({ status: 200, body: fake.notes.get(7), headers: { "x-next-page": "" } });
  fake.answerNext({ status: 403 });
  expect(await keep("dev", "own")).toBe("written");
  expect(bodies()).toEqual(["copied", "own"]);
});
