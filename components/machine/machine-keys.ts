import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/**
 * The two keys of a machine that Pulumi makes: the one to log in with, and the one by which the machine is
 * known. Both are in the state, encrypted, and outlive the machine: who replaces it has nothing to trust
 * anew.
 */
export class MachineKeys extends pulumi.ComponentResource {
  readonly loginKey: pulumi.Output<string>;
  /** In the format of `authorized_keys`. */
  readonly publicLoginKey: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  /** `TYPE BASE64`, as in `known_hosts`. */
  readonly publicHostKey: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:machine:MachineKeys", name, {}, opts);
    const child = { parent: this };
    const provider = new tls.Provider(`${name}-tls`, {}, child);
    const key = (what: string) =>
      new tls.PrivateKey(`${name}-${what}`, { algorithm: "ED25519" }, { ...child, provider });
    const [login, host] = [key("login"), key("host")];

    // Whatever the plugin says of them.
    this.loginKey = pulumi.secret(login.privateKeyOpenssh.apply((text) => text.trimEnd()));
    this.publicLoginKey = login.publicKeyOpenssh.apply((line) => line.trim());
    this.hostKey = pulumi.secret(host.privateKeyOpenssh);
    this.publicHostKey = host.publicKeyOpenssh.apply((line) => line.trim());
    this.registerOutputs({ publicHostKey: this.publicHostKey });
  }
}
