import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

/** What an HTTPS simulator serves, and the certificate its clients are to trust. All PEM. */
export interface SimulatorTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
const LIFE_DAYS = 30;
const KEY_BITS = 2048;

/**
 * A certificate authority made for this start, and a certificate of it for `host` and the loopback names. Nothing is written to disk,
 * and the authority's key is forgotten when this returns.
 */
export function makeTls(host: string): SimulatorTls {
  const authority = keyPair();
  const server = keyPair();
  const caName = [{ name: 'commonName', value: 'illumio-mcp simulator CA' }];
  const ca = certificate(authority.publicKey, { subject: caName, issuer: caName, signer: authority.privateKey }, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const subject = [{ name: 'commonName', value: host }];
  const cert = certificate(server.publicKey, { subject, issuer: caName, signer: authority.privateKey }, [
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: [...new Set([host, 'localhost', '127.0.0.1', '::1'])].map(altName) },
    // Strict clients (Python 3.13 and later) want the authority named.
    { name: 'authorityKeyIdentifier', keyIdentifier: ca.generateSubjectKeyIdentifier().getBytes() },
  ]);
  return {
    ca: forge.pki.certificateToPem(ca),
    cert: forge.pki.certificateToPem(cert),
    key: forge.pki.privateKeyToPem(server.privateKey),
  };
}

const altName = (name: string) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name });

/** The keys come from Node, whose generator is native and much faster than the library's. */
function keyPair(): forge.pki.rsa.KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return { publicKey: forge.pki.publicKeyFromPem(publicKey), privateKey: forge.pki.privateKeyFromPem(privateKey) };
}

interface Names {
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly signer: forge.pki.rsa.PrivateKey;
}

function certificate(
  publicKey: forge.pki.rsa.PublicKey,
  { subject, issuer, signer }: Names,
  extensions: readonly object[],
): forge.pki.Certificate {
  const made = forge.pki.createCertificate();
  made.publicKey = publicKey;
  // Positive and unique: clients refuse two certificates of one issuer with one number.
  made.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(15))}`;
  // TLS is judged by the clock on the wall, whatever the simulator's own clock says.
  made.validity.notBefore = new Date(Date.now() - DAY_MS);
  made.validity.notAfter = new Date(Date.now() + LIFE_DAYS * DAY_MS);
  made.setSubject(subject);
  made.setIssuer(issuer);
  made.setExtensions([...extensions]);
  made.sign(signer, forge.md.sha256.create());
  return made;
}
