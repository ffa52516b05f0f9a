import { expect, test } from "vitest";
import { until } from "../../../../../components/kubernetes/steps/until.ts";

const QUICKLY = { milliseconds: 1 };

function counter() {
  let looks = 0;
  return async () => ++looks;
}

test("It looks until it is enough", async () => {
  expect(await until(counter(), (seen) => seen === 3, QUICKLY)).toBe(3);
});

test("It looks once where that is enough, or where there is no time", async () => {
  expect(await until(counter(), () => true, QUICKLY)).toBe(1);
  expect(await until(counter(), () => false, { ...QUICKLY, seconds: 0 })).toBe(1);
});

test("It gives what it saw last when the time is over", async () => {
  const seen = await until(counter(), () => false, { ...QUICKLY, seconds: 0.05 });
  expect(seen).toBeGreaterThan(1);
});

test("It fails when the look does", async () => {
  const broken = () => Promise.reject(new Error("out of sight"));
  await expect(until(broken, () => true, QUICKLY)).rejects.toThrow("out of sight");
});
