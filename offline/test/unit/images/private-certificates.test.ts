import { expect, test } from "vitest";
import { splitCertificates } from "../../../images/private-certificates.ts";

const certificate = (content: string) =>
  `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`;

test("the certificates of a bundle are taken one by one, without what stands between them", () => {
  const bundle = `# First\n${certificate("QUJD")}\n# Second\n${certificate("REVG\nR0g=")}`;
  expect(splitCertificates(bundle)).toEqual([certificate("QUJD"), certificate("REVG\nR0g=")]);
});

test("ends of lines of another system are no part of a certificate", () => {
  expect(splitCertificates(certificate("QUJD").replaceAll("\n", "\r\n"))).toEqual([
    certificate("QUJD"),
  ]);
});

test("keys, and files without a certificate, give none", () => {
  expect(
    splitCertificates("-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n"),
  ).toEqual([]);
  expect(splitCertificates("")).toEqual([]);
});
