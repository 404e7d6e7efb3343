import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, type Called, callWith } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'mid' });
});
afterAll(() => pce.close());

const ask = (args: object): Promise<Called> => callWith(pce.dispatcher, 'map-app-dependencies', args);
const pos = { app_name: 'pos-gw', env_name: 'prod' };
const payments = { app_name: 'payments', env_name: 'prod' };

describe('map-app-dependencies', () => {
  it('has every row of the application once, over all pages', async () => {
    const pages = await allPages(pce.dispatcher, 'map-app-dependencies', payments);
    const rows = pages.flatMap(({ structured }) => structured.items);
    const sum = rows.reduce((total, { connections }) => total + Number(connections), 0);
    const totals = async (args: object) =>
      Number((await callWith(pce.dispatcher, 'get-traffic-flows', args)).structured.totals.connections);
    const label = 'app=payments env=prod';
    const [incoming, outgoing, within] = [
      await totals({ include_destinations: [label] }),
      await totals({ include_sources: [label] }),
      await totals({ include_sources: [label], include_destinations: [label] }),
    ];
    expect(sum).toBe(incoming + outgoing - within);
    expect(pages[0]?.structured.totals.connections).toBe(sum);
  });

  it('names ports by the services of the PCE, else by the table of well-known ports', async () => {
    const { items } = (await ask(payments)).structured;
    expect(items).toContainEqual(expect.objectContaining({ service: 'ORACLE-TNS', port: 1521 }));
    expect(items).toContainEqual(
      expect.objectContaining({ service: 'Zabbix', port: 10050, peer_class: 'infrastructure' }),
    );
  });

  it('says for every peer outside whether it is infrastructure, and why', async () => {
    const { items, totals } = (await ask(payments)).structured;
    const peers = items.filter(({ direction }) => direction !== 'intra');
    expect(peers.filter(({ peer_class, reason }) => !peer_class || !reason)).toEqual([]);
    expect(peers).toContainEqual(expect.objectContaining({ from: 'pos-gw (prod)', peer_class: 'application' }));
    expect(totals.peers).toMatchObject({ infrastructure: expect.any(Number), internet: expect.any(Number) });
  });

  it('infers tiers from what they serve, with the evidence', async () => {
    const { tiers } = (await ask(payments)).structured as unknown as {
      tiers: readonly { tier: string; role: string; evidence: string }[];
    };
    const roleOf = (name: string) => tiers.find(({ tier }) => tier === name);
    expect(roleOf('db')).toMatchObject({ role: 'database', evidence: expect.stringContaining('ORACLE-TNS 1521/tcp') });
    expect(roleOf('lb')).toMatchObject({ role: 'entry', evidence: expect.stringContaining('outside') });
    expect(roleOf('api')).toMatchObject({
      role: 'processing',
      evidence: expect.stringContaining('asks db for ORACLE-TNS'),
    });
  });

  it('tells the internet exposure both ways and the label types in use', async () => {
    const { structured } = await ask(payments);
    expect(structured.internet_exposure).toMatchObject({
      inbound: { connections: expect.any(Number) },
      outbound: { connections: expect.any(Number) },
    });
    const { inbound, outbound } = structured.internet_exposure as {
      inbound: { connections: number };
      outbound: { connections: number };
    };
    expect(inbound.connections).toBeGreaterThan(0);
    // P15: egress of the card data zone is not limited.
    expect(outbound.connections).toBeGreaterThan(0);
    expect(structured.label_types).toEqual(expect.arrayContaining(['app', 'env', 'role', 'compliance']));
  });

  it('goes one step further where it is asked to: what the applications it needs do need, but not the infrastructure', async () => {
    const pages = await allPages(pce.dispatcher, 'map-app-dependencies', { ...pos, depth: 2 });
    const rows = pages.flatMap(({ structured }) => structured.items);
    const onward = rows.filter(({ direction }) => direction === 'onward');
    const needed = new Set(
      rows.filter((row) => row.direction === 'outbound' && row.peer_class === 'application').map(({ to }) => to),
    );
    expect(needed).toContain('payments (prod)');
    expect(new Set(onward.map(({ from }) => from)).isSubsetOf(needed)).toBe(true);
    expect(onward.filter(({ to, from }) => to === 'pos-gw (prod)' || to === from)).toEqual([]);
    expect(pages[0]?.structured.totals.onward).toBe(onward.length);
    // The same by the list of flows: everything that leaves payments, but for what stays there and what goes back.
    const leaving = await allPages(pce.dispatcher, 'get-traffic-flows', {
      include_sources: ['app=payments env=prod'],
      group_by: ['destination_app', 'destination_env'],
    });
    const others = leaving
      .flatMap(({ structured }) => structured.items)
      .filter((row) => !['payments', 'pos-gw'].includes(String(row.destination_app)) || row.destination_env !== 'prod');
    const sum = (some: readonly Readonly<Record<string, unknown>>[]): number =>
      some.reduce((total, { connections }) => total + Number(connections), 0);
    expect(sum(onward.filter(({ from }) => from === 'payments (prod)'))).toBe(sum(others));
    const first = pages.flatMap(({ structured }) => structured.items).filter(({ direction }) => direction !== 'onward');
    const alone = await allPages(pce.dispatcher, 'map-app-dependencies', pos);
    expect(first).toEqual(alone.flatMap(({ structured }) => structured.items));
  });

  it('draws the same answer as Mermaid, or gives it as CSV', async () => {
    const [table, diagram, csv] = [
      await ask(payments),
      await ask({ ...payments, render: 'mermaid' }),
      await ask({ ...payments, render: 'csv' }),
    ];
    expect(diagram.text).toMatch(/```mermaid\nflowchart LR\n/);
    expect(diagram.text).toContain('|"ORACLE-TNS"|');
    expect(csv.text).toContain('direction,from,to,service');
    expect(diagram.structured.totals).toEqual(table.structured.totals);
    expect(csv.structured.totals).toEqual(table.structured.totals);
  });

  it('knows no application that does not exist, and all environments unless told one', async () => {
    expect(await ask({ app_name: 'paymets' })).toMatchObject({
      isError: true,
      structured: { error: 'label_not_found' },
    });
    const all = (await ask({ app_name: 'payments' })).structured.totals;
    expect(Number(all.connections)).toBeGreaterThan(Number((await ask(payments)).structured.totals.connections));
  });
});
