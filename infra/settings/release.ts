import { BUILD_SECRET_ID, IMAGE_OR_ARCHIVE, IMAGE_REFERENCE, VERSION } from "../patterns.ts";
import { byHost } from "./chosen-defaults.ts";
import { isSet, type Table } from "./setting.ts";
import {
  integer,
  optional,
  optionalBy,
  optionalFlag,
  secretEntries,
  secretLine,
  strings,
  text,
} from "./value-types.ts";

const ONE_LINE = /^[^\n\r\0]+$/;
const isFilled = (value: string) => value !== "";
const WITH_REGISTRY = [isSet("registry")];

/** The image, how it is built or pulled, and the time that a release may take. */
export const release = {
  image: {
    type: optionalBy(({ text: of }) =>
      of("target") === "docker" ? IMAGE_OR_ARCHIVE : IMAGE_REFERENCE,
    ),
    description:
      "Image of the app, by digest if it is in a registry; or the path of an archive. Empty builds `appPath`, or keeps the live image.",
    example: "registry.example.org/app:1.2.3",
    review: "own",
    init: {
      text: "Image of the app in a registry",
      usual: "",
      orEmpty: ", empty if a pipeline will set it",
    },
  },
  build: {
    type: optionalFlag,
    usual: byHost(true, false),
    description: "Whether to build `appPath` if no image is named, true or false.",
    example: "true",
    refused: ({ text: of }) =>
      of("build") === "true" && of("target") === "kubernetes"
        ? "slipway:build is true, but a cluster takes images from a registry alone."
        : undefined,
    review: "drop",
  },
  imagesKept: {
    type: integer(2, 50),
    default: "5",
    description: "Number of releases whose images stay on the machine, for rollbacks.",
    example: "10",
    review: "share",
  },
  registry: {
    type: optional(/^[\w.:/-]+$/, "the host of a registry"),
    description: "Registry that requires a login to pull, like registry.gitlab.com.",
    example: "registry.gitlab.com",
    review: "share",
  },
  registryUser: {
    type: optional(ONE_LINE, "a user of the registry"),
    description: "User of the registry.",
    example: "deploy",
    input: "NAME",
    required: WITH_REGISTRY,
    review: "share",
  },
  registryPassword: {
    type: secretLine(),
    secret: true,
    description: "Password or token of `registryUser`.",
    example: "<token",
    required: WITH_REGISTRY,
    review: "share",
  },
  version: {
    type: optional(VERSION.pattern, VERSION.words),
    description:
      "Name of the version, passed to the app as APP_VERSION. Empty takes the version that git gives the commit of `appPath` (`v1.4.2`, or `1.4.2-7-gabc1234` seven commits later).",
    example: "1.4.2",
    review: "drop",
  },
  appPath: {
    type: text(isFilled, "a folder"),
    default: "app",
    description: "Folder with the app and its Dockerfile, relative to this file.",
    example: "app",
    review: "share",
  },
  dockerfile: {
    type: text(isFilled, "a file in appPath"),
    default: "Dockerfile",
    description: "Dockerfile, relative to `appPath`.",
    example: "Dockerfile",
    review: "share",
  },
  buildTarget: {
    type: optional(/^[\w.-]+$/, "the name of a stage of the Dockerfile"),
    description: "Stage of the Dockerfile to build. Empty builds the last one.",
    example: "run",
    review: "share",
  },
  buildArgs: {
    type: strings,
    default: "{}",
    description: "Build arguments, a map of strings. COMMIT is added by Slipway.",
    example: `'{"NODE_IMAGE":"node:24"}'`,
    review: "share",
  },
  buildSecrets: {
    type: secretEntries({
      pattern: BUILD_SECRET_ID,
      words: "ids of letters, digits, `.`, `_` and `-`",
    }),
    secret: true,
    description:
      "Values that a build reads with `RUN --mount=type=secret,id=ID` and that the image never contains, a map by ID. Needs BuildKit. A new value alone does not rebuild the image.",
    example: "<build-secrets.json",
    dummy: "{}",
    review: "drop",
  },
  healthSeconds: {
    type: integer(1, 3600),
    default: "60",
    description: "Seconds that a new version may take to become healthy.",
    example: "120",
    review: "share",
  },
  migrateSeconds: {
    type: integer(1, 86_400),
    default: "600",
    description: "Seconds that a migration may take.",
    example: "3600",
    review: "share",
  },
  drainSeconds: {
    type: integer(1, 600),
    default: "30",
    description:
      "Seconds that the old version may take in all to finish its requests and then stop its containers.",
    example: "60",
    review: "share",
  },
  readySeconds: {
    type: integer(10, 3600),
    default: "300",
    description:
      "Time limit in seconds for each of these - the SSH login and Docker on a machine, the administrator's login to a `managed` database, and an ACME certificate in a cluster.",
    example: "600",
    review: "share",
  },
} as const satisfies Table;
