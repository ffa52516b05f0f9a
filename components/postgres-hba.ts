/** Where a server of ours finds who gets in how. */
export const HBA_PATH = "/etc/slipway/pg_hba.conf";

export const HBA = `# Written by Slipway. The superuser comes in over the socket only.
local all postgres              peer
host  all postgres all          reject
host  all all      all          scram-sha-256
`;
