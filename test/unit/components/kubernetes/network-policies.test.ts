import { expect, test } from "vitest";
import { outside } from "../../../../components/kubernetes/network-policies.ts";

const EXCEPT = ["169.254.0.0/16"];

test.each([
  ["0.0.0.0/0", EXCEPT],
  ["128.0.0.0/1", EXCEPT],
  ["169.0.0.0/8", EXCEPT],
  ["0.0.0.0/1", undefined],
  ["203.0.113.0/24", undefined],
  ["10.0.0.7", undefined],
  // What somebody names, they mean.
  ["169.254.0.0/16", undefined],
  ["169.254.169.254/32", undefined],
])(
  "an app that may call %s reaches its node's metadata service only where that is named",
  (cidr, except) => {
    expect(outside(cidr)).toEqual({ cidr, ...(except && { except }) });
  },
);
