import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';

/** A key pair of an issuer. */
export interface SigningKey {
  readonly jwk: JWK;
  readonly pem: string;
  /** A token over exactly this header and these claims. */
  sign(header: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function createSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    pem: await exportSPKI(publicKey),
    sign: (header, claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg, ...header }).sign(privateKey),
  };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token with its header or claims replaced and its signature left as it is. */
export function tampered(
  token: string,
  change: { readonly header?: object | undefined; readonly claims?: object | undefined },
): string {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return [
    change.header ? encoded(change.header) : header,
    change.claims ? encoded(change.claims) : claims,
    signature,
  ].join('.');
}

/** A token without a signature to speak of, whatever its header says. */
export const unsigned = (header: object, claims: object, signature = ''): string =>
  `${encoded(header)}.${encoded(claims)}.${signature}`;
