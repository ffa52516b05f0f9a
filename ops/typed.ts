/** A whole line for the pulumi command, unless it says already how this clone starts it. */
const FOR_PULUMI = /(?<!slipway )(?<![\w./-])pulumi (?=(?:config (?:set|rm)|stack rename) [^\s`])/g;

/**
 * A message as a reader of `./slipway` can type it. The program says `pulumi config set ...`, which is right for
 * those who run pulumi themselves; this clone's pulumi is not on the reader's PATH.
 */
export const asTyped = (message: string) => message.replaceAll(FOR_PULUMI, "./slipway pulumi ");
