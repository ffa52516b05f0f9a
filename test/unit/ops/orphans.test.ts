import { expect, test } from "vitest";
import { orphansAmong } from "../../../ops/orphans.ts";
import type { Process } from "../../../ops/processes.ts";

const running = (pid: number, parent: number, name: string): Process => ({
  pid,
  parent,
  name,
  began: "1",
});

const pids = (processes: readonly Process[]) => orphansAmong(processes).map(({ pid }) => pid);

test("what has a living engine above it, however far, is no orphan", () => {
  const engine = running(10, 1, "pulumi");
  const plugin = running(11, 10, "pulumi-resource-command");
  expect(pids([running(12, 11, "sh"), plugin, engine])).toEqual([]);
});

test("what an engine was started from is no orphan", () => {
  expect(pids([running(9, 1, "node"), running(10, 9, "pulumi")])).toEqual([]);
});

test("a plugin whose engine is dead is an orphan, and so are its steps", () => {
  const plugin = running(11, 1, "pulumi-resource-command");
  expect(pids([plugin, running(12, 11, "sh")])).toEqual([11, 12]);
});

test("an engine that lives does not keep the orphans of another", () => {
  const living = [running(20, 1, "pulumi"), running(21, 20, "pulumi-resource-docker")];
  expect(pids([...living, running(11, 1, "pulumi-resource-command")])).toEqual([11]);
});
