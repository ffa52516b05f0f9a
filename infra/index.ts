import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../stacks/index.ts";
import { chooseRelease } from "./release.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings(pulumi.getProject(), pulumi.getStack());
const live = deploy(settings, chooseRelease(settings));

export const url = live.url;
export const version = live.version;
export const image = live.image;
export const verifiedImage = live.verifiedImage;
