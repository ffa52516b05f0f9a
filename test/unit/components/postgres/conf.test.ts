import { expect, test } from "vitest";
import {
  type PostgresSize,
  postgresConf,
  sharedMemory,
} from "../../../../components/postgres/conf.ts";

/** MB where a setting has no other unit. */
function settingsOf(size: PostgresSize): Record<string, number> {
  const lines = postgresConf(size).matchAll(/^(\w+) = ([\d.]+)(?:MB|s)?$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
}

test.each([
  [256, { max_connections: 100, shared_buffers: 64, work_mem: 4, maintenance_work_mem: 16 }],
  [1024, { max_connections: 200, shared_buffers: 256, work_mem: 4, maintenance_work_mem: 64 }],
  [1024, { effective_cache_size: 768 }],
  [8192, { max_connections: 1000, shared_buffers: 2048, work_mem: 32, maintenance_work_mem: 512 }],
  [65_536, { max_connections: 1000, work_mem: 256, maintenance_work_mem: 1024 }],
])("the settings of Postgres follow from its %i MiB", (memory, settings) => {
  const size = { memory, diskGiB: undefined };
  expect(settingsOf(size)).toMatchObject(settings);
  expect(sharedMemory(size)).toBe(memory / 2);
});

test.each([256, 1024, 4096, 65_536])(
  "cache, and as many connections as there may be with what one needs idle, fit into %i MiB",
  (memory) => {
    const { shared_buffers = 0, max_connections = 0 } = settingsOf({ memory, diskGiB: undefined });
    // MiB that a session which has looked at a few tables has for itself.
    const IDLE = 1.9;
    expect(shared_buffers + max_connections * IDLE).toBeLessThan(memory);
  },
);

test.each([
  [1, 128],
  [4, 512],
  [10, 1024],
  [1000, 1024],
  [undefined, 1024],
])("a disk of %s GiB has at most %i MB of write-ahead log between checkpoints", (diskGiB, most) => {
  expect(settingsOf({ memory: 1024, diskGiB })["max_wal_size"]).toBe(most);
});
