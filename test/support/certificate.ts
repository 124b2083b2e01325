/** A self-signed certificate for loopback servers, made on the spot: nothing to commit, to renew or to install. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  cert: string;
  key: string;
}

/** A certificate for DNS names, valid from yesterday until tomorrow, that is its own authority (RFC 5280, section 4.1). */
export function createCertificate(hosts: readonly string[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(
    set(sequence(oid("550403"), encode(0x0c, Buffer.from(`test ${randomBytes(4).toString("hex")}`)))),
  );
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
  const toBeSigned = sequence(
    encode(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(-1), time(1)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    encode(
      0xa3,
      sequence(
        extension("551d11", sequence(...hosts.map((host) => encode(0x82, Buffer.from(host))))),
        extension("551d13", sequence(encode(0x01, Buffer.from([0xff])))),
      ),
    ),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const der = sequence(toBeSigned, ecdsaWithSha256, encode(0x03, Buffer.from([0]), signature));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** One DER value: tag, length, content (X.690, section 8.1). */
function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]) => encode(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => encode(0x31, ...parts);
const integer = (bytes: Buffer) => encode(0x02, bytes);
const oid = (hex: string) => encode(0x06, Buffer.from(hex, "hex"));
const extension = (id: string, value: Buffer) => sequence(oid(id), encode(0x04, value));

function time(days: number): Buffer {
  const moment = new Date(Date.now() + days * 86_400_000).toISOString();
  return encode(0x17, Buffer.from(`${moment.replace(/[-:T]/g, "").slice(2, 14)}Z`));
}
