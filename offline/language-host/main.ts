// Stands in for `pulumi-language-nodejs` where the official CLI download cannot be had.
//
// The engine starts it with its own address, reads the port from the first line of output, and asks it
// to run the program. All the rest (talking to the resource monitor, waiting for outputs, reporting
// errors) is done by the official SDK's own runner, `@pulumi/pulumi/cmd/run`, in a child process.

import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import grpc from "@grpc/grpc-js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

const require = createRequire(import.meta.url);
const services = require("@pulumi/pulumi/proto/language_grpc_pb.js");
const messages: typeof import("@pulumi/pulumi/proto/language_pb.js") = require("@pulumi/pulumi/proto/language_pb.js");
const plugins: typeof import("@pulumi/pulumi/proto/plugin_pb.js") = require("@pulumi/pulumi/proto/plugin_pb.js");

type RunRequest = InstanceType<typeof messages.RunRequest>;
type Reply<T> = (error: Error | null, value?: T) => void;

/** The SDK's runner ends with this code after it has shown the user an error itself. */
const EXIT_AFTER_ERROR_WAS_SHOWN = 32;

const startedBy = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
const running = new Set<ChildProcess>();

function programArguments(request: RunRequest): string[] {
  const info = request.getInfo();
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const nodeArguments = String(options["nodeargs"] ?? "")
    .split(" ")
    .filter(Boolean);
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  // The program's own SDK runs it, as the official host does, so that only one copy is loaded.
  const runner = createRequire(join(directory, "noop.js")).resolve("@pulumi/pulumi/cmd/run");
  return [
    ...nodeArguments,
    runner,
    `--monitor=${request.getMonitorAddress()}`,
    // An engine that did not start this host gives its address with the program's arguments (`--client`).
    `--engine=${startedBy ?? request.getArgsList()[0] ?? ""}`,
    `--organization=${request.getOrganization()}`,
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--root-directory=${info?.getRootDirectory() ?? ""}`,
    `--pwd=${request.getPwd()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function run(call: { request: RunRequest }, reply: Reply<unknown>): void {
  const { request } = call;
  const child = spawn(process.execPath, programArguments(request), {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  });
  running.add(child);
  child.once("error", (error) => reply(error));
  child.once("exit", (code, signal) => {
    running.delete(child);
    const response = new messages.RunResponse();
    if (code === EXIT_AFTER_ERROR_WAS_SHOWN) response.setBail(true);
    else if (code !== 0) response.setError(`Program exited with ${signal ?? `code ${code}`}`);
    reply(null, response);
  });
}

function pluginInfo(_call: unknown, reply: Reply<unknown>): void {
  const info = new plugins.PluginInfo();
  info.setVersion(require("@pulumi/pulumi/package.json").version);
  reply(null, info);
}

function requiredPackages(_call: unknown, reply: Reply<unknown>): void {
  // Nothing to install ahead: each registration names the version of its plugin.
  reply(null, new messages.GetRequiredPackagesResponse());
}

function cancel(_call: unknown, reply: Reply<unknown>): void {
  for (const child of running) child.kill("SIGTERM");
  reply(null, new empty.Empty());
}

const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
server.addService(services.LanguageRuntimeService, {
  run,
  cancel,
  getPluginInfo: pluginInfo,
  getRequiredPackages: requiredPackages,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
