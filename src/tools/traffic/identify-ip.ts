import { providerOf } from '../../analysis/providers.ts';
import type { Column } from '../../answer/answer.ts';
import { Failure } from '../../core/errors.ts';
import { parseAddress } from '../../model/addresses/address.ts';
import { kindOfAddress } from '../../model/flows/address-kind.ts';
import type { Workload } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { type AddressTraffic, trafficOfAddresses } from './address-traffic.ts';
import { trafficQuery } from './filters.ts';
import { listsOf } from './lists-of.ts';
import { withFlows } from './read-flows.ts';

const MAX_ADDRESSES = 200;

interface AddressRow {
  readonly ip: string;
  readonly what: string;
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly href?: string;
  readonly ip_lists?: readonly string[];
  readonly fqdns?: readonly string[];
  readonly provider?: string;
  readonly confidence: string;
  readonly connections: number;
  readonly last_seen?: string;
  readonly talks_to?: readonly string[];
  readonly asked_by?: readonly string[];
}

const columns: readonly Column<AddressRow>[] = [
  { header: 'ip', value: (row) => row.ip },
  { header: 'what', value: (row) => row.what },
  { header: 'name', value: (row) => row.name },
  { header: 'labels', value: (row) => row.labels?.join(' ') },
  { header: 'IP lists', value: (row) => row.ip_lists?.join(', ') },
  { header: 'DNS names', value: (row) => row.fqdns?.join(', ') },
  { header: 'provider', value: (row) => row.provider },
  { header: 'confidence', value: (row) => row.confidence },
  { header: 'connections', value: (row) => row.connections },
  { header: 'last seen', value: (row) => row.last_seen },
  { header: 'talks to', value: (row) => row.talks_to?.join(', ') },
  { header: 'asked by', value: (row) => row.asked_by?.join(', ') },
  { header: 'href', value: (row) => row.href },
];

export default defineTool({
  name: 'identify-ip',
  title: 'Identify addresses',
  description:
    'Says what addresses are (up to 200): workload, IP lists (narrowest first), DNS name, provider, and their last traffic. Not for searching bad ones: match-indicators.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      ips: described(texts, 'IPv4 or IPv6'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
    required: ['ips'],
  },
  output: envelope(
    {
      ip: text,
      what: text,
      name: text,
      labels: texts,
      href: text,
      ip_lists: texts,
      fqdns: texts,
      provider: text,
      confidence: text,
      connections: integer,
      last_seen: text,
      talks_to: texts,
      asked_by: texts,
    },
    { asked: integer, workloads: integer, unknown: integer, with_traffic: integer },
  ),
  example: { ips: ['10.20.7.14', '203.0.113.77'] },
  columns,

  async run(args, context) {
    const ips = [...new Set(args.ips.map((ip) => ip.trim()))];
    const wrong = ips.filter((ip) => parseAddress(ip) === null);
    if (ips.length === 0 || ips.length > MAX_ADDRESSES || wrong.length > 0)
      throw new Failure('invalid_arguments', {
        message:
          wrong.length > 0
            ? `These are no addresses: ${wrong.slice(0, 5).join(', ').slice(0, 200)}`
            : `Give 1 to ${MAX_ADDRESSES} addresses.`,
      });
    const { pce, signal } = context;
    const [{ query }, workloads, lists] = await Promise.all([
      trafficQuery({ lookback_days: args.lookback_days }, context),
      pce.workloads({}, { signal }),
      pce.ipLists('active', {}, { signal }),
    ]);
    const any = { include: ips.map((ipAddress) => [{ ipAddress }]), exclude: [] };
    const either = { ...query, sources: any, destinations: any, sourcesOrDestinations: true };
    return withFlows(either, context, async ({ table, coverage }) => {
      const owners = ownersOf(workloads.items);
      const traffic = await trafficOfAddresses(table, ips, signal);
      const items = ips.map((ip) =>
        rowOf(ip, owners.get(addressKey(ip)) ?? [], listsOf(ip, lists.items), traffic.get(ip)),
      );
      const known = items.filter(({ href }) => href !== undefined).length;
      const unknown = items.filter(({ confidence }) => confidence === 'unknown').length;
      const active = items.filter(({ connections }) => connections > 0).length;
      return {
        answer: `${known} of ${plural(items.length, 'address', 'addresses')} ${known === 1 ? 'is' : 'are'} of a workload, ${unknown} ${unknown === 1 ? 'is' : 'are'} unknown; ${active} had traffic.`,
        items,
        totals: { asked: items.length, workloads: known, unknown, with_traffic: active },
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !workloads.complete || !lists.complete,
          gaps: [
            ...coverage.gaps,
            ...(workloads.complete ? [] : ['some workloads']),
            ...(lists.complete ? [] : ['some IP lists']),
            'owners of addresses without a DNS name: no address ranges of providers are kept',
          ],
        },
        evidence: items.flatMap(({ href }) => href ?? []),
      };
    });
  },
});

/** Spellings of one IPv6 address differ. */
const addressKey = (text: string): string => {
  const address = parseAddress(text);
  return address === null ? text : `${address.family}:${address.value}`;
};

function ownersOf(workloads: readonly Workload[]): ReadonlyMap<string, readonly Workload[]> {
  const owners = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const addresses = [
      ...workload.interfaces.map(({ address }) => address),
      ...(workload.publicIp === null ? [] : [workload.publicIp]),
    ];
    for (const key of new Set(addresses.map(addressKey))) {
      const list = owners.get(key) ?? [];
      list.push(workload);
      owners.set(key, list);
    }
  }
  return owners;
}

function rowOf(
  ip: string,
  owners: readonly Workload[],
  lists: readonly string[],
  traffic: AddressTraffic | undefined,
): AddressRow {
  // A managed record knows more than an unmanaged one of the same address.
  const [owner] = owners.toSorted((a, b) => Number(b.managed) - Number(a.managed));
  const provider = traffic?.fqdns.map(providerOf).find((found) => found !== null) ?? null;
  const named = lists.length > 0 || (traffic?.fqdns.length ?? 0) > 0;
  const kind = kindOfAddress(ip) ?? 'unknown';
  return {
    ip,
    what:
      owner === undefined
        ? kind === 'internal'
          ? 'internal address of no workload'
          : kind === 'internet'
            ? 'internet address'
            : kind
        : owner.managed
          ? 'workload'
          : 'unmanaged workload',
    ...present({ name: owner?.name ?? owner?.hostname ?? null, href: owner?.href ?? null }),
    ...(owner === undefined ? {} : { labels: owner.labels.map(({ key, value }) => `${key}=${value}`) }),
    ...(lists.length === 0 ? {} : { ip_lists: lists }),
    ...(traffic === undefined || traffic.fqdns.length === 0 ? {} : { fqdns: traffic.fqdns }),
    ...present({ provider: provider?.provider ?? null }),
    confidence:
      owner === undefined
        ? (provider?.confidence ?? (named ? 'listed' : 'unknown'))
        : owners.length > 1
          ? 'several records'
          : 'certain',
    connections: traffic?.connections ?? 0,
    ...present({ last_seen: traffic?.lastSeen ?? null }),
    ...(traffic === undefined || traffic.talksTo.length === 0 ? {} : { talks_to: traffic.talksTo }),
    ...(traffic === undefined || traffic.askedBy.length === 0 ? {} : { asked_by: traffic.askedBy }),
  };
}
