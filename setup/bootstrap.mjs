// What runs before anything is installed: plain JavaScript on what Node 20 has built in.
// It installs the npm packages of the lockfile and starts the command again under the Node that the
// lockfile pins.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const OWN = join(ROOT, ".slipway");
const INSTALLED = join(ROOT, "node_modules", ".slipway-lockfile");
const OLDEST_NODE = 20;

/** Ends with one message that says what to do. */
function refuse(message) {
  console.error(`slipway: ${message}`);
  process.exit(2);
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    refuse(
      `this is Node ${process.versions.node}; Slipway starts on Node ${OLDEST_NODE} or newer. ` +
        "Install one from https://nodejs.org/ and run the command again.",
    );
  }
}

const lockfileKey = () =>
  createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");

function packagesAreInstalled() {
  return existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === lockfileKey();
}

async function installPackages() {
  const started = Date.now();
  console.error("▸ Installing the npm packages of package-lock.json ...");
  // Scripts of packages are not run: none of ours needs one.
  const result = await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.code !== 0) {
    process.stderr.write(result.output);
    refuse("`npm ci` failed, with the output above. Mend that and run the command again.");
  }
  writeFileSync(INSTALLED, lockfileKey());
  console.error(`✓ Installing the npm packages: ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Node 24 from the lockfile where there is a package for the machine, else the one that runs this. */
function pinnedNode() {
  const pinned = join(
    ROOT,
    "node_modules",
    `node-${process.platform}-${process.arch}`,
    "bin",
    "node",
  );
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return refuse(
    `there is no npm package with Node 24 for ${process.platform} on ${process.arch}. ` +
      "Install Node 24 or newer yourself and run the command with it.",
  );
}

/** @returns {Promise<{code: number, output: string}>} */
function run(command, args, options) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, ...options });
    let output = "";
    child.stdout?.on("data", (data) => (output += data));
    child.stderr?.on("data", (data) => (output += data));
    // The terminal sends Ctrl-C to the child as well; the child decides how to end.
    const forward = (signal) => signal === "SIGTERM" && child.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    child.once("error", (error) => {
      output += `${error.message}\n`;
      done({ code: 127, output });
    });
    child.once("close", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      done({ code: code ?? (signal === "SIGINT" ? 130 : 143), output });
    });
  });
}

checkNode();
mkdirSync(OWN, { recursive: true, mode: 0o700 });
if (!packagesAreInstalled()) await installPackages();
const main = ["--import", join(ROOT, "setup", "compile-cache.mjs"), join(ROOT, "setup", "main.ts")];
const { code } = await run(pinnedNode(), [...main, ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: process.cwd(),
});
process.exitCode = code;
