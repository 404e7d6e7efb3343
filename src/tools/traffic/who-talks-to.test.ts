import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, type Called, callWith } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'mid' });
});
afterAll(() => pce.close());

const ask = (args: object): Promise<Called> => callWith(pce.dispatcher, 'who-talks-to', args);
const cost = ({ text, structured }: Called): number => (text.length + JSON.stringify(structured).length) / 4;
const totalsOf = async (args: object) => (await callWith(pce.dispatcher, 'get-traffic-flows', args)).structured.totals;

describe('who-talks-to', () => {
  it('ranks the peers of labels in at most 1,000 tokens; pages have the rest', async () => {
    const args = { target: 'app=ad-core env=prod' };
    const called = await ask(args);
    expect(cost(called)).toBeLessThanOrEqual(1_000);
    expect(called.structured.items[0]).toMatchObject({
      direction: 'inbound',
      peer: expect.any(String),
      services: expect.any(Array),
    });
    const pages = await allPages(pce.dispatcher, 'who-talks-to', args);
    const rows = pages.flatMap(({ structured }) => structured.items);
    expect(new Set(rows.map(({ peer }) => peer)).size).toBe(called.structured.totals.peers);
    const sum = rows.reduce((total, { connections }) => total + Number(connections), 0);
    expect(sum).toBe(called.structured.totals.connections);
    expect(called.structured.totals.connections).toBe(
      (await totalsOf({ include_destinations: [args.target] })).connections,
    );
  });

  it('takes a workload by name, an address and an IP list', async () => {
    const { structured } = await callWith(pce.dispatcher, 'get-workloads', { name: 'ad-core-dc' });
    const [{ name, hostname } = {}] = structured.items;
    const byName = await ask({ target: String(name) });
    const byHost = await ask({ target: String(hostname) });
    expect(byName.structured.totals).toEqual(byHost.structured.totals);
    expect(Number(byName.structured.totals.connections)).toBeGreaterThan(0);
    const list = await ask({ target: 'iplist:Corp-Users-VDI', direction: 'outbound' });
    const total = await totalsOf({
      include_sources: ['iplist:Corp-Users-VDI'],
      exclude_workloads_from_ip_list_query: false,
    });
    expect(list.structured.totals.connections).toBe(total.connections);
  });

  it('draws the same answer, each arrow the way of its connections', async () => {
    const args = { target: 'app=payments env=prod', direction: 'both' };
    const [table, diagram] = [await ask(args), await ask({ ...args, render: 'mermaid' })];
    expect(diagram.structured.totals).toEqual(table.structured.totals);
    const names = new Map(
      [...diagram.text.matchAll(/^ {2}(n\d+)\["([^"]+)"\]$/gm)].map(([, id = '', name = '']) => [id, name]),
    );
    const arrows = [...diagram.text.matchAll(/^ {2}(n\d+) -->\|"[^"]*"\| (n\d+)$/gm)];
    expect(arrows.length).toBeGreaterThan(5);
    for (const [, from = '', to = ''] of arrows) expect([names.get(from), names.get(to)]).toContain(args.target);
    const [first] = table.structured.items;
    const ends = first?.direction === 'inbound' ? [first.peer, args.target] : [args.target, first?.peer];
    expect(arrows.map(([, from = '', to = '']) => [names.get(from), names.get(to)])).toContainEqual(ends);
  });

  it('tells both directions apart', async () => {
    const { structured } = await ask({ target: 'app=payments env=prod', direction: 'both' });
    const [incoming, outgoing] = await Promise.all([
      totalsOf({ include_destinations: ['app=payments env=prod'] }),
      totalsOf({ include_sources: ['app=payments env=prod'] }),
    ]);
    expect(structured.totals.connections).toBe(Number(incoming.connections) + Number(outgoing.connections));
  });

  it('groups by what is asked for', async () => {
    const { structured } = await ask({ target: 'app=payments env=prod', group_by: ['port', 'user'] });
    expect(structured.items[0]).toMatchObject({ group: expect.stringMatching(/^port=\d+ user=/) });
  });

  it('names candidates for a host that does not exist, and refuses no target at all', async () => {
    const unknown = await ask({ target: 'p-ad-core-dc99' });
    expect(unknown).toMatchObject({ isError: true, structured: { error: 'not_found' } });
    expect(await ask({ target: ' ' })).toMatchObject({ isError: true, structured: { error: 'invalid_arguments' } });
  });
});
