import { describe, expect, test } from "vitest";
import {
  checkArguments,
  parseArguments,
} from "../../../testing/ingress-controller/controller/arguments.ts";

const usual = ["-enable-custom-resources=false"];

function problemsOf(...words: string[]): string[] {
  return checkArguments(parseArguments([...usual, ...words]).values);
}

describe("the arguments of the stand-in for the Ingress controller", () => {
  test("they are read as the real one reads them: one dash or two, a value after = or a space", () => {
    const { values } = parseArguments([
      ...["-enable-snippets", "--ingress-class=mine", "-external-service", "controller"],
      ...["-ready-status-port=9000", "-health-status=false"],
    ]);
    expect(values).toMatchObject({
      "enable-snippets": true,
      "ingress-class": "mine",
      "external-service": "controller",
      "ready-status-port": 9000,
      "health-status": false,
    });
  });

  test("a boolean takes no value after a space: what follows is left out, all of it", () => {
    const { values, unhandled } = parseArguments(["-nginx-status", "false", "-health-status"]);
    expect(values["nginx-status"]).toBe(true);
    expect(values["health-status"]).toBe(false);
    expect(unhandled).toEqual(["false", "-health-status"]);
  });

  test.each([
    [["-wildcard-tls-secret=a/b"], "flag provided but not defined: -wildcard-tls-secret"],
    [["-v=3"], "flag provided but not defined: -v"],
    [["-ingress-class"], "flag needs an argument: -ingress-class"],
    [["-health-status=yes"], 'invalid boolean value "yes" for -health-status: parse error'],
    [["-ready-status-port=http"], 'invalid value "http" for flag -ready-status-port: parse error'],
    [["---health-status"], "bad flag syntax: ---health-status"],
    [["-=x"], "bad flag syntax: -=x"],
  ])("%j is refused: %s", (words, message) => {
    expect(() => parseArguments(words)).toThrow(message);
  });

  test.each([
    ["-ready-status-port=80", "Invalid value for ready-status-port"],
    ["-health-status-uri=health", "Invalid value for health-status-uri: health"],
    ["-leader-election-lock-name=A_lock", "Invalid value for leader-election-lock-name"],
    ["-watch-namespace=app,Other", "Invalid values for namespaces: Other"],
    ["-watch-namespace-label=a in (b)", "Unable to parse label a in (b) for watch namespace label"],
    ["-nginx-configmaps=nginx-config", "must follow the format <namespace>/<name>"],
    ["-enable-custom-resources=true", "Give -enable-custom-resources=false"],
  ])("%s is a problem: %s", (word, message) => {
    expect(problemsOf(word)).toEqual([expect.stringContaining(message)]);
  });

  test("namespaces are watched by their names or by a label, and not by both", () => {
    expect(problemsOf("-watch-namespace=app", "-watch-namespace-label=served-by=dev")).toEqual([
      "watch-namespace and -watch-namespace-label are mutually exclusive",
    ]);
  });

  test("what the program gives is no problem", () => {
    const configMap = "-nginx-configmaps=ingress/nginx-config";
    expect(problemsOf(configMap, "-watch-namespace=app,other")).toEqual([]);
    expect(problemsOf(configMap, "-watch-namespace-label=slipway.served-by=dev")).toEqual([]);
  });
});
