/** Interface on the machine of the network whose containers may ask the metadata service for a token. */
export const METADATA_BRIDGE = "slipway-cloud";

/** Where the script is on a machine that is made. */
export const GUARD_PATH = "/usr/local/sbin/slipway-metadata-guard";

/**
 * Keeps containers from a cloud's metadata service, which tells whoever asks what the machine was made with, its
 * host key among that, and at Google hands out tokens of its account. They may ask for names, which Google answers
 * at the same address, and containers on one network for tokens.
 *
 * Run before Docker starts, each time: its own rules leave this chain alone, and come after it.
 */
export const METADATA_GUARD = `#!/bin/sh
set -eu
chain() { iptables -w "$@"; }
chain -N DOCKER-USER 2>/dev/null || :
chain -N SLIPWAY-METADATA 2>/dev/null || chain -F SLIPWAY-METADATA
chain -A SLIPWAY-METADATA -p udp --dport 53 -j RETURN
chain -A SLIPWAY-METADATA -p tcp --dport 53 -j RETURN
chain -A SLIPWAY-METADATA -i ${METADATA_BRIDGE} -p tcp --dport 80 -j RETURN
chain -A SLIPWAY-METADATA -j REJECT
if ! chain -C DOCKER-USER -d 169.254.0.0/16 -j SLIPWAY-METADATA 2>/dev/null; then
  chain -I DOCKER-USER -d 169.254.0.0/16 -j SLIPWAY-METADATA
fi
`;
