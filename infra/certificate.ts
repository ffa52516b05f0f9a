import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** Days before its end at which a certificate that was not renewed yet is worth a word. */
const DAYS_AHEAD = 14;
const DAY = 24 * 60 * 60 * 1000;

export interface CertificateState {
  /** `refused`: each client refuses it for this name. `ending`: they soon will. */
  readonly state: "good" | "ending" | "refused";
  /** Goes on from "The certificate". */
  readonly says: string;
}

/** What clients make of a certificate for a host name. Whom they trust is not looked at: a team may be its own authority. */
export function judgeCertificate(
  certificate: X509Certificate,
  domain: string,
  now: number = Date.now(),
): CertificateState {
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const days = Math.floor((until - now) / DAY);
  if (!isFor(certificate, domain)) {
    return { state: "refused", says: `is for ${namesOf(certificate)}, not for ${domain}` };
  }
  if (until <= now) return { state: "refused", says: `has expired on ${dateOf(until)}` };
  if (from > now) return { state: "refused", says: `is not valid before ${dateOf(from)}` };
  if (days < DAYS_AHEAD) {
    return { state: "ending", says: `expires in ${inDays(days)}, on ${dateOf(until)}` };
  }
  return { state: "good", says: `is good until ${dateOf(until)}` };
}

/** Browsers look at alternative names alone. */
function isFor(certificate: X509Certificate, domain: string): boolean {
  const found =
    isIP(domain) === 0
      ? certificate.checkHost(domain, { subject: "never" })
      : certificate.checkIP(domain);
  return found !== undefined;
}

const namesOf = ({ subjectAltName = "" }: X509Certificate) =>
  subjectAltName.replaceAll(/\b(DNS|IP Address):/g, "") || "no host name";
const inDays = (days: number) =>
  days === 0 ? "less than a day" : `${days} ${days === 1 ? "day" : "days"}`;
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);
