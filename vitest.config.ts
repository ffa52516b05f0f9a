import { defineConfig } from "vitest/config";

// A process a file: the Pulumi runtime keeps its state in the process.
const isolated = { pool: "forks", isolate: true } as const;

// Each file has a stack of its own, and waits more than it works.
const stacks = {
  ...isolated,
  maxWorkers: 3,
  testTimeout: 300_000,
  hookTimeout: 600_000,
} as const;

// They need the cores for themselves, or do to the nodes what would fail the tests beside them.
const BY_THEMSELVES = ["test/cluster/load/**/*.test.ts", "test/cluster/failures/machines.test.ts"];

// From a push to what is live, on Docker hosts and in a cluster.
const IN_A_CLUSTER = "test/pipeline/cluster.test.ts";
const WHOLE_WAYS = [
  "test/pipeline/hook.test.ts",
  "test/pipeline/pipeline.test.ts",
  "test/pipeline/review.test.ts",
];

export default defineConfig({
  test: {
    coverage: {
      provider: "v8",
      include: ["{components,infra,offline,ops,setup,stacks}/**/*.ts", "app/src/**/*.ts"],
      reporter: ["text-summary", "cobertura"],
    },
    projects: [
      {
        test: {
          ...isolated,
          name: "unit",
          maxWorkers: "100%",
          include: ["{app/,offline/,}test/unit/**/*.test.ts"],
          testTimeout: 20_000,
          // A first import of a cloud's SDK takes its time on a busy machine.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...isolated,
          name: "engine",
          // They wait for Docker more than they work.
          maxWorkers: 3,
          include: ["{offline/,}test/engine/**/*.test.ts", "app/test/api/**/*.test.ts"],
          globalSetup: ["test/engine/postgres.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...stacks,
          name: "e2e",
          include: ["test/e2e/*.test.ts"],
        },
      },
      {
        test: {
          ...isolated,
          name: "images",
          include: ["{offline/,}test/images/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...stacks,
          name: "failures",
          include: ["test/e2e/failures/**/*.test.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "apps",
          include: ["test/e2e/apps/**/*.test.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "load",
          // A load needs the cores for itself, or it measures what runs beside it.
          maxWorkers: 1,
          include: ["test/e2e/load/**/*.test.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "cluster",
          include: ["test/cluster/*.test.ts", "offline/test/cluster/**/*.test.ts"],
          globalSetup: ["test/cluster/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "cluster-stacks",
          include: ["test/cluster/{stack,failures}/**/*.test.ts"],
          exclude: BY_THEMSELVES,
          globalSetup: ["test/cluster/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "cluster-load",
          maxWorkers: 1,
          include: BY_THEMSELVES,
          globalSetup: ["test/cluster/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "cluster-acme",
          include: ["test/cluster/acme/*.test.ts"],
          globalSetup: ["test/cluster/acme/build-cert-manager.ts", "test/cluster/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "pipeline",
          include: ["test/pipeline/**/*.test.ts"],
          exclude: [...WHOLE_WAYS, IN_A_CLUSTER],
          globalSetup: ["test/pipeline/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "pipeline-stacks",
          include: WHOLE_WAYS,
          globalSetup: ["test/pipeline/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "pipeline-cluster",
          include: [IN_A_CLUSTER],
          globalSetup: ["test/pipeline/global-setup.ts", "test/cluster/global-setup.ts"],
        },
      },
      {
        test: {
          ...stacks,
          name: "hosts",
          include: ["test/hosts/**/*.test.ts", "test/e2e/hosts/**/*.test.ts"],
        },
      },
    ],
  },
});
