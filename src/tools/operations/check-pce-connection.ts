import type { PceStatus } from '../../pce/view.ts';
import { envelope } from '../envelope.ts';
import { integer, text } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

interface StatusRow {
  readonly host: string;
  readonly port: number;
  readonly org_id: string;
  readonly version: string;
  readonly build?: number;
  readonly health?: string;
  readonly latency_ms: number;
  readonly clock_skew_ms?: number;
}

const CLOCK_SKEW_LIMIT_MS = 60_000;

export default defineTool({
  name: 'check-pce-connection',
  title: 'Check the PCE connection',
  description:
    'Checks that the PCE answers and accepts the API key; tells version, health, latency and clock skew. Use it first or when calls fail; it says nothing about policy.',
  toolset: 'operations',
  effect: 'read',
  input: { type: 'object', properties: {} },
  output: envelope(
    {
      host: text,
      port: integer,
      org_id: text,
      version: text,
      build: integer,
      health: text,
      latency_ms: integer,
      clock_skew_ms: integer,
    },
    {},
  ),
  example: {},
  columns: [
    { header: 'host', value: (row: StatusRow) => row.host },
    { header: 'port', value: (row: StatusRow) => row.port },
    { header: 'org', value: (row: StatusRow) => row.org_id },
    { header: 'version', value: (row: StatusRow) => row.version },
    { header: 'build', value: (row: StatusRow) => row.build },
    { header: 'health', value: (row: StatusRow) => row.health },
    { header: 'latency ms', value: (row: StatusRow) => row.latency_ms },
    { header: 'clock skew ms', value: (row: StatusRow) => row.clock_skew_ms },
  ],

  async run(_args, { pce, signal }) {
    const status = await pce.status({ signal });
    const row = statusRow(status);
    return {
      answer: `The PCE connection works: ${row.host}:${row.port}, org ${row.org_id}, version ${row.version}, health ${row.health ?? 'not told'}, ${row.latency_ms} ms.`,
      items: [row],
      totals: {},
      coverage: { rows_read: 1, truncated: false, gaps: gaps(status) },
    };
  },
});

const statusRow = (status: PceStatus): StatusRow => ({
  host: status.host,
  port: status.port,
  org_id: status.orgId,
  version: status.version,
  ...present({ build: status.build, health: status.health }),
  latency_ms: Math.round(status.latencyMs),
  ...present({ clock_skew_ms: status.clockSkewMs === null ? null : Math.round(status.clockSkewMs) }),
});

const gaps = ({ health, clockSkewMs }: PceStatus): readonly string[] => [
  ...(health === null ? ['health, which this PCE does not tell'] : []),
  ...(clockSkewMs !== null && Math.abs(clockSkewMs) > CLOCK_SKEW_LIMIT_MS
    ? [
        'the latest traffic, in windows that end now: the clocks of the PCE and of this machine differ by more than a minute',
      ]
    : []),
];
