import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../stacks/index.ts";
import { lastReleases } from "./last-releases.ts";
import { askedOf, chooseRelease } from "./release.ts";
import { readSettings } from "./settings.ts";

const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const settings = readSettings(project, stack);
const last = await lastReleases(project, stack);
const live = deploy(settings, chooseRelease(settings, askedOf(process.env), last));

export const url = live.url;
export const dns = live.dns;
export const version = live.version;
export const image = live.image;
export const verifiedImage = live.verifiedImage;
export const releases = live.releases;
