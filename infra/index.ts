import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../stacks/index.ts";
import { warnOfCertificate } from "./certificate-warning.ts";
import { pinPlacement, placementOf } from "./placement.ts";
import { readPreviousOutputs } from "./previous-outputs.ts";
import { chooseRelease, releaseRequestOf } from "./release.ts";
import { readSettings } from "./settings/read.ts";

// The SDK keeps a stack trace for each property of each resource, and its runner looks every line of them
// up in source maps: more memory than all else that this program needs. Our files have no such maps.
Reflect.deleteProperty(Error, "prepareStackTrace");

const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const wanted = readSettings(project, stack);
const last = await readPreviousOutputs(project, stack);
const settings = pinPlacement(wanted, last);
const release = chooseRelease(settings, releaseRequestOf(process.env), last.releases);
const live = await deploy(settings, release);
const verifiedImage = warnOfCertificate(settings, live);

/** The outputs of the stack. */
export default { target: settings.target, place: placementOf(settings), ...live, verifiedImage };
