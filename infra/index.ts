import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../stacks/index.ts";
import { lastReleases } from "./last-releases.ts";
import { askedOf, chooseRelease } from "./release.ts";
import { readSettings } from "./settings.ts";

// The SDK keeps a stack trace for each property of each resource, and its runner looks every line of them
// up in source maps: more memory than all else that this program needs. Our files have no such maps.
Reflect.deleteProperty(Error, "prepareStackTrace");

const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const settings = readSettings(project, stack);
const last = await lastReleases(project, stack);
const live = await deploy(settings, chooseRelease(settings, askedOf(process.env), last));

export const url = live.url;
export const dns = live.dns;
export const version = live.version;
export const image = live.image;
export const verifiedImage = live.verifiedImage;
export const releases = live.releases;
export const review = live.review;
