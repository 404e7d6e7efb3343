import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEstate } from '../../src/simulator/estates/index.ts';
import { type PlantedIssue, plantedIssues } from '../../src/simulator/estates/planted.ts';
import { callWith } from '../catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../catalogue/simulated.ts';

// The demo estate and two others: what is planted sits on other hosts and addresses in each.
describe.each([7, 20, 31])('planted traffic of the estate with seed %i', (seed) => {
  let pce: Simulated;
  let issue: (id: string) => PlantedIssue;
  let nameOf: (host: number) => string;
  beforeAll(async () => {
    const estate = buildEstate({ profile: 'mid', seed, nowMs: NOW_MS });
    const issues = plantedIssues(estate);
    issue = (id) => {
      const found = issues[id];
      if (found === undefined) throw new Error(`nothing planted as ${id}`);
      return found;
    };
    nameOf = (host) => estate.workloads[host]?.name || (estate.workloads[host]?.hostname ?? '');
    pce = await simulated({ profile: 'mid', seed });
  });
  afterAll(() => pce.close());

  const rowsOf = async (tool: string, args: object) => {
    const { structured, text, isError } = await callWith(pce.dispatcher, tool, args);
    expect(isError, text).toBe(false);
    return structured;
  };

  it('P12: report-egress names the host that sent 18 GB in one night first, match-indicators finds it by address', async () => {
    const { sources, addresses } = issue('P12');
    const host = nameOf(sources[0] ?? -1);
    const egress = await rowsOf('report-egress', {});
    expect(egress.items[0]).toMatchObject({
      destination: addresses[0],
      hosts: [host],
      spike: expect.stringContaining('18.00 GB'),
    });
    const hits = await rowsOf('match-indicators', { iocs: addresses });
    expect(hits.items).toEqual([expect.objectContaining({ host, bytes_sent: 18e9 })]);
  });

  it('P13: match-indicators finds the beacon by the threat list, explain-activity its program and rhythm', async () => {
    const { sources, addresses, names } = issue('P13');
    const host = nameOf(sources[0] ?? -1);
    const hits = await rowsOf('match-indicators', { iocs: ['iplist:Threat-Blocklist'] });
    expect(hits.items).toContainEqual(expect.objectContaining({ host, address: addresses[0], process: names[0] }));
    const activity = await rowsOf('explain-activity', { host });
    expect(activity.items[0]).toMatchObject({ host, process: names[0], peer: addresses[0], every_seconds: 300 });
    expect(activity.answer).toContain('svch0st.exe');
  });

  it('P14: find-unmanaged-traffic puts the unknown host at the domain controllers among its first rows', async () => {
    const { addresses, ports } = issue('P14');
    const { items } = await rowsOf('find-unmanaged-traffic', {});
    const first = items.slice(0, 5).filter((row) => row.src_ip === addresses[0]);
    expect(new Set(first.map(({ port }) => port))).toEqual(new Set(ports));
    expect(first.every(({ dst_app, risk }) => dst_app !== undefined && risk !== undefined)).toBe(true);
  });

  it('P22: who-talks-to shows SSH from the user network past the jump hosts', async () => {
    const { items } = await rowsOf('who-talks-to', {
      target: 'app=sap-erp env=prod',
      services: [{ port: 22, proto: 'tcp' }],
    });
    expect(items).toContainEqual(
      expect.objectContaining({
        peer: expect.stringContaining('Corp-Users-VDI'),
        hosts: expect.arrayContaining([expect.stringMatching(/^10\.100\./)]),
      }),
    );
  });

  it('P23: diff-traffic has the new edge of the week among those of high risk', async () => {
    const { ports } = issue('P23');
    const { items } = await rowsOf('diff-traffic', { lookback_days: 7 });
    const high = items.filter(({ risk }) => risk === 'high');
    expect(high).toContainEqual(
      expect.objectContaining({
        change: 'new',
        from: expect.stringContaining('cicd'),
        to: expect.stringContaining('payments'),
        port: ports[0],
      }),
    );
  });
});
