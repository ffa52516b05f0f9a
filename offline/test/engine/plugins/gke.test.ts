import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf, Plugin, type Properties, UNKNOWN } from "./plugin.ts";
import { withSimulator } from "./simulator.ts";
import { expectWholeLife } from "./whole-life.ts";

const CLUSTER = "gcp:container/cluster:Cluster";
const NODE_POOL = "gcp:container/nodePool:NodePool";
const ROUTER = "gcp:compute/router:Router";
const ROUTER_NAT = "gcp:compute/routerNat:RouterNat";
const GET_CLIENT_CONFIG = "gcp:organizations/getClientConfig:getClientConfig";

const AUTOPILOT = {
  enableAutopilot: true,
  location: "europe-west3",
  resourceLabels: { stack: "prod" },
  controlPlaneEndpointsConfig: {
    dnsEndpointConfig: { allowExternalTraffic: true },
    ipEndpointsConfig: { enabled: false },
  },
  deletionProtection: false,
};
const STANDARD = { initialNodeCount: 1, removeDefaultNodePool: true, deletionProtection: false };
const NAT = {
  router: "r",
  natIpAllocateOption: "AUTO_ONLY",
  sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
  logConfig: { enable: true, filter: "ERRORS_ONLY" },
};

let plugin: Plugin;
beforeAll(async () => {
  plugin = await Plugin.start("gcp");
  await plugin.configure({ accessToken: "dummy", project: "p", zone: "europe-west3-a" });
});
afterAll(async () => {
  await plugin.stop();
});

async function made(inputs: Properties) {
  const checked = await plugin.checked(CLUSTER, { name: "prod", ...inputs });
  return { inputs: checked, ...(await plugin.create(CLUSTER, checked)) };
}

const endpointsOf = (state: Properties) => state["controlPlaneEndpointsConfig"];

test.each<[string, Properties]>([
  [CLUSTER, AUTOPILOT],
  [CLUSTER, STANDARD],
  [
    NODE_POOL,
    {
      cluster: "prod",
      nodeCount: 2,
      nodeConfig: { machineType: "e2-standard-2", oauthScopes: ["cloud-platform"] },
      upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
    },
  ],
  [ROUTER, { network: "n" }],
  [ROUTER_NAT, NAT],
])("%s is previewed, made, the same when looked at again, and deleted", async (type, inputs) => {
  await expectWholeLife(plugin, type, inputs);
});

describe("what is not said", () => {
  test("Of a NAT it has the official defaults", async () => {
    const { inputs, state } = await nat();
    const defaults = {
      type: "PUBLIC",
      icmpIdleTimeoutSec: 30,
      tcpEstablishedIdleTimeoutSec: 1200,
      tcpTimeWaitTimeoutSec: 120,
      tcpTransitoryIdleTimeoutSec: 30,
      udpIdleTimeoutSec: 30,
    };
    expect(inputs).toMatchObject(defaults);
    expect(inputs["__defaults"]).toEqual([...Object.keys(defaults), "name"].sort());
    expect(state).toMatchObject({
      ...defaults,
      minPortsPerVm: 64,
      endpointTypes: ["ENDPOINT_TYPE_VM"],
    });
  });

  test("Of a cluster it has the official defaults, as deep as they are", async () => {
    const { inputs } = await made({
      ...STANDARD,
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods" },
      clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount: "a" } },
    });
    expect(inputs).toMatchObject({
      enableShieldedNodes: true,
      network: "default",
      ipAllocationPolicy: { stackType: "IPV4" },
      clusterAutoscaling: {
        autoscalingProfile: "BALANCED",
        autoProvisioningDefaults: {
          serviceAccount: "a",
          diskSize: 100,
          diskType: "pd-standard",
          imageType: "COS_CONTAINERD",
        },
      },
    });
  });

  test("A default that Autopilot would refuse is not taken", async () => {
    const { inputs } = await made(AUTOPILOT);
    expect(inputs).not.toHaveProperty("enableShieldedNodes");
  });

  test("To write a default down is no change", async () => {
    const { inputs, state } = await nat();
    const news = await plugin.checked(ROUTER_NAT, { ...NAT, udpIdleTimeoutSec: 30 }, inputs);
    expect((await plugin.diff(ROUTER_NAT, state, inputs, news)).changed).toBe(false);
  });

  async function nat() {
    const inputs = await plugin.checked(ROUTER_NAT, NAT);
    return { inputs, ...(await plugin.create(ROUTER_NAT, inputs)) };
  }
});

describe("a cluster", () => {
  test("It is where it says, or else where the provider is", async () => {
    const regional = await made(AUTOPILOT);
    expect(regional.id).toBe("projects/p/locations/europe-west3/clusters/prod");
    const zonal = await made(STANDARD);
    expect(zonal.id).toBe("projects/p/locations/europe-west3-a/clusters/prod");
  });

  test("Its DNS endpoint is known when it is there, and belongs to nobody", async () => {
    const inputs = await plugin.checked(CLUSTER, { name: "prod", ...AUTOPILOT });
    const preview = await plugin.create(CLUSTER, inputs, { preview: true });
    expect(endpointsOf(preview.state)["dnsEndpointConfig"]["endpoint"]).toBe(UNKNOWN);
    const { state } = await plugin.create(CLUSTER, inputs);
    expect(endpointsOf(state)).toEqual({
      dnsEndpointConfig: {
        allowExternalTraffic: true,
        endpoint: expect.stringMatching(/^gke-[0-9a-f]{32}\.europe-west3\.gke\.invalid$/),
      },
      ipEndpointsConfig: { enabled: false },
    });
    expect(state["endpoint"]).toBe("");
  });

  test.each<[string, Properties, string]>([
    ["Standard without nodes", {}, "initial_node_count must be greater than zero"],
    [
      "Autopilot without its pool",
      { enableAutopilot: true, removeDefaultNodePool: true },
      '"enable_autopilot": conflicts with remove_default_node_pool',
    ],
    ["A name that is too long", { name: "a".repeat(41), ...STANDARD }, "doesn't match the pattern"],
  ])("%s is refused", async (_, inputs, problem) => {
    const { failures } = await plugin.check(CLUSTER, inputs);
    expect(failures).toEqual([expect.stringContaining(problem)]);
  });

  test("Protected, as it is by default, it is not deleted", async () => {
    const { state } = await made({ initialNodeCount: 1 });
    const { message } = await failureOf(plugin.delete(CLUSTER, state));
    expect(message).toContain("Cannot destroy cluster because deletion_protection is set to true.");
  });

  test.each<[Properties, Properties]>([
    [{ location: "us-east4" }, { location: "update-replace" }],
    [{ releaseChannel: { channel: "STABLE" } }, { "releaseChannel.channel": "update" }],
    [{ deletionProtection: true }, { deletionProtection: "update" }],
  ])("%j changes it so: %j", async (change, expected) => {
    const { inputs, state } = await made(AUTOPILOT);
    const news = await plugin.checked(CLUSTER, { name: "prod", ...AUTOPILOT, ...change }, inputs);
    const { changes } = await plugin.diff(CLUSTER, state, inputs, news);
    expect(changes).toEqual(expected);
  });

  test("A simulator may hand out another in its place", async () => {
    const endpoints = { dnsEndpointConfig: { endpoint: "172.30.0.5:6443" } };
    const answer = JSON.stringify({ controlPlaneEndpointsConfig: endpoints });
    const { plugin, asked } = await withSimulator("gcp", `echo '${answer}'`);
    const inputs = await plugin.checked(CLUSTER, { name: "prod", ...AUTOPILOT });
    const { state } = await plugin.create(CLUSTER, inputs);
    expect(endpointsOf(state)).toEqual(endpoints);
    await plugin.delete(CLUSTER, state);
    expect(asked().map(([call]) => call)).toEqual(["create cluster", "delete cluster"]);
  });
});

describe("the token that the provider has", () => {
  test("It is the one that it was given", async () => {
    expect(await plugin.invoke(GET_CLIENT_CONFIG, {})).toMatchObject({
      accessToken: "dummy",
      project: "p",
      zone: "europe-west3-a",
    });
  });

  test("A simulator may have one that opens a test cluster", async () => {
    const { plugin, asked } = await withSimulator("gcp", `echo '{"accessToken": "theirs"}'`);
    expect(await plugin.invoke(GET_CLIENT_CONFIG, {})).toMatchObject({ accessToken: "theirs" });
    expect(asked()).toEqual([["read clientConfig", {}]]);
  });
});
