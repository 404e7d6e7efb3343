import { type AddressSpan, parseAddress, parseSpan } from '../../model/addresses/address.ts';
import { fqdnMatcher } from '../../model/addresses/fqdn.ts';
import { contains, setOfRanges, setOfSpans } from '../../model/addresses/set.ts';
import type { ToolContext } from '../tool.ts';

export interface Indicators {
  readonly count: number;
  /** How many are DNS names. */
  readonly names: number;
  /** What could not be read. */
  readonly unread: readonly string[];
  /** Filters for the flow table: more may pass them than `match` confirms. */
  readonly blocks: readonly string[];
  readonly patterns: readonly string[];
  /** The first indicator that fits an address or a name. */
  match(ip: string | null, fqdn: string | null): string | null;
}

interface Matcher {
  readonly indicator: string;
  readonly fits: (ip: string | null, fqdn: string | null) => boolean;
}

const DNS_NAME = /^(?:\*\.)?(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*\.?$/i;
const LIST = /^iplist:\s*"?([^"]+)"?$/i;

/** Indicators of a threat report as text, brackets and schemes of defanged ones taken off. An IP list that does not exist fails the call. */
export async function readIndicators(
  given: readonly string[],
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<Indicators> {
  const exact = new Map<string, string>();
  const matchers: Matcher[] = [];
  const blocks: string[] = [];
  const patterns: string[] = [];
  const unread: string[] = [];

  const addBlock = (indicator: string, block: string, span: AddressSpan): void => {
    blocks.push(block);
    const set = setOfSpans([span]);
    matchers.push({ indicator, fits: (ip) => within(set, ip) });
  };

  for (const raw of new Set(given)) {
    const text = refanged(raw);
    const list = LIST.exec(text)?.[1];
    const [from = '', to] = text.split('-').map((part) => part.trim());
    const span = list === undefined ? parseSpan(from, to ?? null) : null;
    if (list !== undefined) {
      const found = await pce.resolve.ipList(list, 'active', { signal });
      const set = setOfRanges(found.ranges);
      blocks.push(
        ...found.ranges
          .filter(({ exclusion }) => !exclusion)
          .map((range) => (range.to === null ? range.from : `${range.from}-${range.to}`)),
      );
      patterns.push(...found.fqdns);
      const names = found.fqdns.map(fqdnMatcher);
      matchers.push({
        indicator: raw,
        fits: (ip, fqdn) => within(set, ip) || (fqdn !== null && names.some((fits) => fits(fqdn))),
      });
    } else if (parseAddress(text) !== null) {
      exact.set(text.toLowerCase(), raw);
      blocks.push(text);
    } else if (span !== null) addBlock(raw, text, span);
    else if (DNS_NAME.test(text)) {
      patterns.push(text);
      matchers.push({ indicator: raw, fits: (_, fqdn) => fqdn !== null && isBelow(fqdn, text) });
    } else unread.push(raw);
  }

  return {
    count: new Set(given).size,
    names: patterns.length,
    unread,
    blocks,
    patterns,
    match: (ip, fqdn) =>
      (ip === null ? undefined : exact.get(ip.toLowerCase())) ??
      matchers.find(({ fits }) => fits(ip, fqdn))?.indicator ??
      null,
  };
}

const within = (set: Parameters<typeof contains>[0], ip: string | null): boolean => {
  const address = ip === null ? null : parseAddress(ip);
  return address !== null && contains(set, address);
};

/** `hxxps://bad[.]example/path` is `bad.example`. */
const refanged = (text: string): string => {
  const plain = text
    .trim()
    .replaceAll('[.]', '.')
    .replaceAll('(.)', '.')
    .replaceAll('[:]', ':')
    .replace(/^h(?:xx|tt)ps?:\/\//i, '');
  return /^iplist:/i.test(plain) ? plain : plain.replace(/^([^/]+\.[a-z][a-z0-9-]*)(?::\d+)?\/.*$/i, '$1');
};

/** A plain name also stands for every name below it. */
function isBelow(fqdn: string, pattern: string): boolean {
  if (pattern.includes('*')) return fqdnMatcher(pattern)(fqdn) || isBelow(fqdn, pattern.replace(/^\*\./, ''));
  const [name, wanted] = [fqdn, pattern].map((text) => text.toLowerCase().replace(/\.$/, ''));
  return name === wanted || (name ?? '').endsWith(`.${wanted}`);
}
