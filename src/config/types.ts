import { isIP } from 'node:net';
import { z } from 'zod';
import { parseLabelScopes } from '../core/label-scope.ts';
import { Secret } from '../core/secret.ts';

/**
 * The kinds of value a setting can have, each a zod type from the text of the environment to the value. A bad text gives one issue
 * whose message completes "NAME must be …".
 */
type Kind<T> = z.ZodType<T, string>;

const kind = <T>(mustBe: string, read: (text: string) => T | undefined): Kind<T> =>
  z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: `must be ${mustBe}`, input: text });
    return z.NEVER;
  });

const YES = new Set(['1', 'true', 'yes', 'on']);
const NO = new Set(['0', 'false', 'no', 'off']);

/** On or off; the reference server's spellings (1, true, yes) and their opposites, in any case. */
export const flag = kind('1, true, yes, on, 0, false, no or off', (text) => {
  const word = text.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
});

export const text = kind('text', (value) => value);

export const secret = kind('text', (value) => new Secret(value));

/** A key of exactly 32 bytes in base64, as the reference server takes it. */
export const key32 = kind('base64 of exactly 32 bytes', (value) => {
  const canonical = /^[A-Za-z0-9+/]{43}=$/.test(value) || /^[A-Za-z0-9_-]{43}=?$/.test(value);
  return canonical && Buffer.from(value, 'base64').length === 32 ? new Secret(value) : undefined;
});

export const integer = (min: number, max: number) =>
  kind(`a whole number from ${min} to ${max}`, (value) => {
    const number = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });

/** Stays text: ids of SaaS organisations pass 2^53. */
export const orgId = kind('the number of the organisation', (value) =>
  /^[1-9]\d{0,18}$/.test(value) ? value : undefined,
);

export const oneOf = <const Words extends readonly string[]>(...words: Words): Kind<Words[number]> =>
  kind(`one of ${words.join(', ')}`, (value) => words.find((word) => word === value.toLowerCase()));

export const list = kind('a list separated by commas', (value) => split(value));

/** A list whose every item is one of the words. */
export const listOf = <const Words extends readonly string[]>(...words: Words): Kind<readonly Words[number][]> =>
  kind(`a list of ${words.join(', ')}, separated by commas`, (value) => {
    const items = split(value).map((item) => words.find((word) => word === item.toLowerCase()));
    return items.length > 0 && items.every((item) => item !== undefined) ? items : undefined;
  });

/** Without a scheme it is an http proxy, as curl reads it. */
export const proxyUrl = kind('the http or https URL of a proxy', (value) =>
  urlWith(value.includes('://') ? value : `http://${value}`, ['http:', 'https:']),
);

export const httpsUrl = kind('an https URL, or http on this machine', (value) => {
  const url = urlWith(value, ['http:', 'https:']);
  return url && (url.protocol === 'https:' || isLoopback(url.hostname)) ? url : undefined;
});

export const httpUrl = kind('an http or https URL', (value) => urlWith(value, ['http:', 'https:']));

/** A part of everything, from 0 to 1. */
export const share = kind('a number from 0 to 1', (value) => {
  const number = Number(value);
  return number >= 0 && number <= 1 ? number : undefined;
});

/** An https URL as it is spelled: issuers, audiences and resources are compared character by character. */
export const httpsIdentifier = kind(
  'an https URL without user, query or fragment, or http on this machine',
  (value) => {
    const url = urlWith(value, ['http:', 'https:']);
    const isSafe = url && (url.protocol === 'https:' || isLoopback(url.hostname));
    return isSafe && !url.username && !url.password && !/[?#\s\\"]/.test(value) ? value : undefined;
  },
);

/** Networks in CIDR notation, or single addresses. */
export const networks = kind('a list of addresses and networks (10.0.0.0/8), separated by commas', (value) => {
  const items = split(value);
  return items.every(isNetwork) ? items : undefined;
});

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

export const labelScopes = kind('GROUP=LABEL EXPRESSION, several separated by semicolons', (value) => {
  try {
    return parseLabelScopes(value);
  } catch {
    return undefined;
  }
});

export const databaseUrl = kind('a postgres:// URL', (value) =>
  urlWith(value, ['postgres:', 'postgresql:']) ? new Secret(value) : undefined,
);

const ON_PREMISES_PORT = 8443;

/** Where a PCE is: from a host name, an address, or a URL without a path. */
export interface PceHost {
  readonly scheme: 'https' | 'http';
  readonly host: string;
  /** Given in the text. */
  readonly port: number | undefined;
  /** What it is without one: that of the scheme for a URL, else the usual port of a PCE on premises. */
  readonly defaultPort: number;
}

/** Plain http never leaves the machine: the API key would be readable on the way. */
export const pceHost = kind('a host name or an https URL without a path (http only on this machine)', readPceHost);

function readPceHost(value: string): PceHost | undefined {
  const isUrl = value.includes('://');
  const bareIpv6 = !isUrl && (value.match(/:/g)?.length ?? 0) > 1 && !value.startsWith('[');
  const url = urlWith(isUrl ? value : `https://${bareIpv6 ? `[${value}]` : value}`, ['http:', 'https:']);
  if (!url || url.username || url.password || url.pathname !== '/' || url.search || url.hash) return undefined;
  if (/[@?#\s%\\]/.test(value)) return undefined;
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return undefined;
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  const explicit = /:(\d+)\/?$/.exec(bareIpv6 ? '' : value)?.[1];
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: explicit === undefined ? undefined : Number(explicit),
    defaultPort: isUrl ? (scheme === 'http' ? 80 : 443) : ON_PREMISES_PORT,
  };
}

function urlWith(value: string, schemes: readonly string[]): URL | undefined {
  const url = URL.parse(value);
  return url && schemes.includes(url.protocol) && url.hostname !== '' ? url : undefined;
}

/** The names and addresses of this machine, as `URL.hostname` spells them. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

const split = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
