import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../stacks/index.ts";
import { warnOfCertificate } from "./certificate-warning.ts";
import { readLastRun } from "./last-run.ts";
import { askedOf, chooseRelease } from "./release.ts";
import { keepPlace, placeOf } from "./same-place.ts";
import { readSettings } from "./settings.ts";

// The SDK keeps a stack trace for each property of each resource, and its runner looks every line of them
// up in source maps: more memory than all else that this program needs. Our files have no such maps.
Reflect.deleteProperty(Error, "prepareStackTrace");

const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const wanted = readSettings(project, stack);
const last = await readLastRun(project, stack);
const settings = keepPlace(wanted, last);
const release = chooseRelease(settings, askedOf(process.env), last.releases);
const live = await deploy(settings, release);
const verifiedImage = warnOfCertificate(settings, live);

/** The outputs of the stack. */
export default { target: settings.target, place: placeOf(settings), ...live, verifiedImage };
