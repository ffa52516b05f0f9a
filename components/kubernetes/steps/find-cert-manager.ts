/**
 * Fails where nobody in the cluster would get a certificate, with its arguments as JSON on standard input: an
 * Issuer that no one knows is refused with words that do not say what is missing. A cluster that the stack makes
 * can't be asked any earlier.
 */
import { knowsCertManager } from "./cert-manager.ts";
import { connect } from "./connection.ts";
import { FIND_CERT_MANAGER } from "./definitions.ts";
import { receive } from "./receive.ts";

const { kubeconfig } = await receive(FIND_CERT_MANAGER);

if (!(await knowsCertManager(connect(kubeconfig)))) {
  process.stderr.write(
    'slipway:tls is "acme", which in a cluster is cert-manager\'s work, and cert-manager is not in this one.\n' +
      "Install it (https://cert-manager.io/docs/installation/) and run `up` again, or set slipway:tls to " +
      '"provided", with a certificate of your own, or "off".\n',
  );
  process.exitCode = 1;
}
