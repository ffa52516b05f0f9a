/** Where a server of ours finds who gets in how. */
export const HBA_FOLDER = "/etc/slipway";
export const HBA_PATH = `${HBA_FOLDER}/pg_hba.conf`;

export const HBA = `# Written by Slipway. The superuser comes in over the socket only, and who can be that can be any login.
local all postgres              peer
local all all                   trust
host  all postgres all          reject
host  all all      all          scram-sha-256
`;
