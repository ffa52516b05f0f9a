import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import {
  copyScript,
  StaticFiles,
  type StaticFilesArgs,
} from "../../../../components/docker/static-files.ts";
import { LocalMachine } from "../../../../components/machine/local-machine.ts";
import { record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";

async function folderOf(image: string): Promise<string | undefined> {
  let files: StaticFiles | undefined;
  await record(() => {
    const machine = new LocalMachine("machine");
    const owner = { project: "slipway", stack: "test" };
    files = new StaticFiles("static", { machine, owner, image, path: "/public", ingress: "i" });
  });
  return files?.folder;
}

test("each image has a folder of its own, which a release of the same image finds again", async () => {
  expect(await folderOf("app:1")).toBe(await folderOf("app:1"));
  expect(await folderOf("app:1")).not.toBe(await folderOf("app:2"));
});

test("the folder is a name that Nginx, a shell and a URL take as it is", async () => {
  expect(await folderOf("registry.example/app:$1 'x'")).toMatch(/^[0-9a-f]{12}$/);
});

test("they are copied out of the image, into a folder beside those of earlier releases", async () => {
  const args = {
    owner: { project: "slipway", stack: "test" },
    image: "app:1",
    path: "/app/public",
    ingress: "ingress",
  } as StaticFilesArgs;
  expect(await resolved(pulumi.all(copyScript("static", "0123456789ab", args).values))).toEqual({
    CONTAINER: "slipway-test-static",
    INGRESS: "ingress",
    IMAGE: "app:1",
    FROM: "/app/public",
    FOLDER: "0123456789ab",
  });
});
