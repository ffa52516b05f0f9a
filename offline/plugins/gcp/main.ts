// Stands in for the official plugin `gcp` 9.37.0. Nothing is made: what it says of instances and the
// like is made up, except where a simulator (SLIPWAY_SIMULATOR) says otherwise. What may be given,
// and what a change replaces, follows the Terraform provider hashicorp/google-beta.

import { serve } from "../serve.ts";
import { simulatedProvider } from "../simulated/simulated-provider.ts";
import { account } from "./account.ts";
import { address } from "./address.ts";
import { cluster } from "./cluster.ts";
import { connection } from "./connection.ts";
import { database } from "./database.ts";
import { databaseInstance } from "./database-instance.ts";
import { withDeletionPolicy } from "./deletion-policy.ts";
import { disk } from "./disk.ts";
import { firewall } from "./firewall.ts";
import { getClientConfig } from "./get-client-config.ts";
import { globalAddress } from "./global-address.ts";
import { iamMember } from "./iam-member.ts";
import { instance } from "./instance.ts";
import { network } from "./network.ts";
import { nodePool } from "./node-pool.ts";
import { realCredentials } from "./real-credentials.ts";
import { recordSet } from "./record-set.ts";
import { router } from "./router.ts";
import { routerNat } from "./router-nat.ts";
import { serviceAccountMember } from "./service-account-member.ts";
import { subnetwork } from "./subnetwork.ts";
import { user } from "./user.ts";

await serve(
  simulatedProvider({
    name: "gcp",
    version: "9.37.0",
    config: {
      accessToken: { secret: true },
      credentials: { secret: true },
      project: { secret: false },
      region: { secret: false },
      zone: { secret: false },
      billingProject: { secret: false },
      userProjectOverride: { secret: false },
      skipRegionValidation: { secret: false },
      disableGlobalProjectWarning: { secret: false },
    },
    kinds: {
      "gcp:compute/address:Address": withDeletionPolicy(address),
      "gcp:compute/disk:Disk": withDeletionPolicy(disk),
      "gcp:compute/firewall:Firewall": withDeletionPolicy(firewall),
      "gcp:compute/globalAddress:GlobalAddress": withDeletionPolicy(globalAddress),
      "gcp:compute/instance:Instance": withDeletionPolicy(instance),
      "gcp:compute/network:Network": withDeletionPolicy(network),
      "gcp:compute/router:Router": withDeletionPolicy(router),
      "gcp:compute/routerNat:RouterNat": withDeletionPolicy(routerNat),
      "gcp:compute/subnetwork:Subnetwork": withDeletionPolicy(subnetwork),
      "gcp:container/cluster:Cluster": withDeletionPolicy(cluster),
      "gcp:container/nodePool:NodePool": withDeletionPolicy(nodePool),
      "gcp:dns/recordSet:RecordSet": withDeletionPolicy(recordSet),
      "gcp:projects/iAMMember:IAMMember": iamMember,
      "gcp:serviceaccount/account:Account": withDeletionPolicy(account),
      "gcp:serviceaccount/iAMMember:IAMMember": serviceAccountMember,
      "gcp:servicenetworking/connection:Connection": withDeletionPolicy(connection),
      "gcp:sql/database:Database": withDeletionPolicy(database),
      "gcp:sql/databaseInstance:DatabaseInstance": withDeletionPolicy(databaseInstance),
      "gcp:sql/user:User": withDeletionPolicy(user),
    },
    lookUps: { "gcp:organizations/getClientConfig:getClientConfig": getClientConfig },
    realCredentials,
  }),
);
