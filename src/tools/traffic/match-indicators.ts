import type { Column } from '../../answer/answer.ts';
import { Failure } from '../../core/errors.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from './filters.ts';
import { hitsOf, type HitRow } from './indicator-hits.ts';
import { readIndicators } from './indicators.ts';
import { withFlows } from './read-flows.ts';
import { windowText } from './words.ts';

const MAX_INDICATORS = 5_000;

const columns: readonly Column<HitRow>[] = [
  { header: 'indicator', value: (row) => row.indicator },
  { header: 'direction', value: (row) => row.direction },
  { header: 'host', value: (row) => row.host },
  { header: 'app', value: (row) => row.app },
  { header: 'address', value: (row) => row.address },
  { header: 'fqdn', value: (row) => row.fqdn },
  { header: 'port', value: (row) => row.port },
  { header: 'proto', value: (row) => row.proto },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'bytes to it', value: (row) => row.bytes_sent },
  { header: 'bytes from it', value: (row) => row.bytes_received },
  { header: 'process', value: (row) => row.process },
  { header: 'user', value: (row) => row.user },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
  { header: 'signs', value: (row) => row.signs?.join('; ') },
];

export default defineTool({
  name: 'match-indicators',
  title: 'Match indicators with traffic',
  description:
    'Finds hosts that talked with bad addresses, blocks, DNS names or IP lists (up to 5,000), with process and bytes. Not for one known address: use identify-ip.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      iocs: described(texts, 'IP, CIDR, a-b, name, *.name, iplist:NAME'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
    required: ['iocs'],
  },
  output: envelope(
    {
      indicator: text,
      direction: text,
      host: text,
      app: text,
      address: text,
      fqdn: text,
      port: integer,
      proto: text,
      policy: text,
      connections: integer,
      bytes_sent: integer,
      bytes_received: integer,
      process: text,
      user: text,
      first_seen: text,
      last_seen: text,
      signs: texts,
    },
    { indicators: integer, indicators_hit: integer, hosts: integer, connections: integer, passed: integer },
    { extra: { unread_indicators: texts } },
  ),
  example: { iocs: ['203.0.113.77', '198.51.100.0/24', '*.bad.example', 'iplist:Threat-Blocklist'], lookback_days: 30 },
  columns,

  async run(args, context) {
    if (args.iocs.length === 0 || args.iocs.length > MAX_INDICATORS)
      throw new Failure('invalid_arguments', { message: `Give 1 to ${MAX_INDICATORS} indicators.` });
    const [indicators, { query, window }] = await Promise.all([
      readIndicators(args.iocs, context),
      trafficQuery(args, context),
    ]);
    return withFlows(query, context, async ({ table, coverage }) => {
      const rows = await hitsOf(table, indicators, context.signal);
      const hosts = new Set(rows.map(({ host }) => host));
      const hit = new Set(rows.map(({ indicator }) => indicator));
      const connections = rows.reduce((sum, row) => sum + row.connections, 0);
      const passed = rows.filter(({ policy }) => policy !== 'blocked').reduce((sum, row) => sum + row.connections, 0);
      return {
        answer:
          rows.length === 0
            ? `No traffic with any of ${plural(indicators.count, 'indicator')}${windowText(coverage)}.`
            : `${plural(hosts.size, 'host')} had ${plural(connections, 'connection')} with ${hit.size} of ${plural(indicators.count, 'indicator')}${windowText(coverage)}; ${passed} passed.`,
        items: rows,
        totals: { indicators: indicators.count, indicators_hit: hit.size, hosts: hosts.size, connections, passed },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...window.notes,
            ...(indicators.unread.length > 0
              ? [
                  `${indicators.unread.length} indicators that are no address, block or DNS name (file hashes are not in flows)`,
                ]
              : []),
            ...(indicators.names > 0
              ? ['names that no agent saw: flows carry a DNS name only where an agent resolved it']
              : []),
          ],
        },
        extra: indicators.unread.length === 0 ? {} : { unread_indicators: indicators.unread },
        next: rows.slice(0, 1).map(({ host }) => `explain-activity host="${host}"`),
      };
    });
  },
});
