import type { IpList, IpRange } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { byNameThenHref, capped, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { type Piece, pieces } from './pieces.ts';

const RANGES_PER_ROW = 80;

interface IpListRow {
  readonly href: string;
  readonly name: string;
  readonly description?: string;
  readonly part?: string;
  readonly ip_range_count: number;
  readonly ip_ranges: readonly string[];
  readonly fqdns: readonly string[];
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly update_type?: string;
}

export default defineTool({
  name: 'get-iplists',
  title: 'List IP lists',
  description:
    'Lists IP lists with their ranges, exclusions (!) and FQDNs (draft unless told). Use it to see what iplist:NAME covers; it does not say where a list is used.',
  toolset: 'policy',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      description: described(text, 'Part of the description'),
      fqdn: described(text, 'Part of an FQDN in the list'),
      ip_address: described(text, 'Part of an address in the list'),
      policy: described(oneOf('draft', 'active'), 'Policy version (default draft)'),
      max_results: described({ ...integer, minimum: 1 }, 'List at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      description: text,
      part: text,
      ip_range_count: integer,
      ip_ranges: texts,
      fqdns: texts,
      created_at: text,
      updated_at: text,
      update_type: text,
    },
    { total_count: integer, range_count: integer, fqdn_count: integer, policy: text },
  ),
  example: { name: 'Corp' },
  columns: [
    { header: 'name', value: (row: IpListRow) => row.name },
    { header: 'part', value: (row: IpListRow) => row.part },
    { header: 'count', value: (row: IpListRow) => row.ip_range_count },
    { header: 'description', value: (row: IpListRow) => row.description },
    { header: 'created', value: (row: IpListRow) => row.created_at },
    { header: 'updated', value: (row: IpListRow) => row.updated_at },
    { header: 'pending', value: (row: IpListRow) => row.update_type },
    { header: 'href', value: (row: IpListRow) => row.href },
    { header: 'fqdns', value: (row: IpListRow) => row.fqdns },
    { header: 'ranges', value: (row: IpListRow) => row.ip_ranges },
  ],

  async run(
    { name, description, fqdn, ip_address: ipAddress, policy = 'draft', max_results: maxResults },
    { pce, signal },
  ) {
    const listing = await pce.ipLists(policy, { name, description, fqdn, ipAddress }, { signal });
    const lists = [...listing.items].sort(byNameThenHref((list) => list.name));
    const { shown, coverage } = capped(listing, lists, maxResults);
    const ranges = lists.reduce((sum, list) => sum + list.ranges.length, 0);
    const fqdns = lists.reduce((sum, list) => sum + list.fqdns.length, 0);
    return {
      answer:
        lists.length === 0
          ? `No IP list matches in the ${policy} policy.`
          : `${plural(lists.length, 'IP list')} in the ${policy} policy with ${plural(ranges, 'range')} and ${plural(fqdns, 'FQDN')}.`,
      items: shown.flatMap((list) => pieces(list.ranges, RANGES_PER_ROW).map((piece) => row(list, piece))),
      totals: { total_count: lists.length, range_count: ranges, fqdn_count: fqdns, policy },
      coverage,
    };
  },
});

const row = (list: IpList, { part, members }: Piece<IpRange>): IpListRow => ({
  href: list.href,
  name: list.name,
  ...present({ description: list.description, part }),
  ip_range_count: list.ranges.length,
  ip_ranges: members.map(rangeText),
  fqdns: list.fqdns,
  ...present({ created_at: list.createdAt, updated_at: list.updatedAt, update_type: list.updateType }),
});

/** `10.0.0.0/8`, `10.1.0.10-10.1.0.20`; excluded ranges begin with `!`, a description follows in brackets. */
const rangeText = ({ from, to, exclusion, description }: IpRange): string =>
  `${exclusion ? '!' : ''}${from}${to === null ? '' : `-${to}`}${description === null || description === '' ? '' : ` (${description})`}`;
