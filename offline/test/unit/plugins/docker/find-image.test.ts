import { expect, test } from "vitest";
import { parseReference, registryOf } from "../../../../plugins/docker/find-image.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

test.each([
  ["nginx", "nginx", "latest"],
  ["nginx:1.30.6", "nginx", "1.30.6"],
  ["registry.example:5000/team/app", "registry.example:5000/team/app", "latest"],
  ["registry.example:5000/team/app:1.2.3", "registry.example:5000/team/app", "1.2.3"],
  [`app@${DIGEST}`, "app", DIGEST],
  [`app:1.2.3@${DIGEST}`, "app", DIGEST],
])("%s is what the engine calls %s at %s", (name, repository, tag) => {
  expect(parseReference(name)).toEqual({ repository, tag });
});

test.each([
  ["nginx", "registry-1.docker.io"],
  ["team/app", "registry-1.docker.io"],
  ["team/app/web", "team"],
  ["localhost/app", "localhost"],
  ["registry.example/app", "registry.example"],
  ["registry:5000/app", "registry:5000"],
])("%s is pulled with the login of %s", (name, registry) => {
  expect(registryOf(name)).toBe(registry);
});
