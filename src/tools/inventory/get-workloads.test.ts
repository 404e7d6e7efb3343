import { describe, expect, it } from 'vitest';
import { allPages, callTool, dispatcherOf } from '../../../test/catalogue/call.ts';
import { label, memoryPce, workload } from '../../../test/catalogue/memory-pce.ts';
import getWorkloads from './get-workloads.ts';

const ordering = label(1, 'app', 'ordering');
const prod = label(2, 'env', 'prod');
const pos = label(3, 'app', 'Point of Sale');
const odd = label(4, 'name', 'odd');

describe('get-workloads', () => {
  it('gives the reference fields and one field per label key', async () => {
    const pce = memoryPce({ workloads: [workload(1, 'web1', [ordering, prod])] });
    const { structured, text } = await callTool(getWorkloads, {}, { pce });
    expect(structured.items).toEqual([
      {
        href: '/orgs/1/workloads/w1',
        name: 'web1',
        hostname: 'web1.example.com',
        ip_addresses: '10.0.0.1',
        os_type: 'ubuntu-x86_64-jammy',
        online: true,
        managed: true,
        enforcement_mode: 'visibility_only',
        visibility_level: 'flow_summary',
        app: 'ordering',
        env: 'prod',
      },
    ]);
    expect(text).toContain('app=ordering env=prod');
  });

  it('sets a label key apart that has the name of a field', async () => {
    const pce = memoryPce({ workloads: [workload(1, 'web1', [odd])] });
    const { structured } = await callTool(getWorkloads, { detail_level: 'labels_only' }, { pce });
    expect(structured.items[0]).toMatchObject({ name: 'web1', label_name: 'odd' });
  });

  it('passes every filter to the PCE', async () => {
    const pce = memoryPce({ labels: [ordering] });
    const args = { name: 'w', hostname: 'h', ip_address: '10.', description: 'd', managed: true, online: false };
    await callTool(getWorkloads, { ...args, enforcement_mode: 'full', labels: 'app=ordering' }, { pce });
    expect(pce.asked.find(({ method }) => method === 'workloads')?.args[0]).toEqual({
      name: 'w',
      hostname: 'h',
      ipAddress: '10.',
      description: 'd',
      managed: true,
      online: false,
      enforcementMode: 'full',
      labels: [[ordering.href]],
    });
  });

  it.each([
    ['an expression', 'app="Point of Sale" env=prod', [[pos.href, prod.href]]],
    ['a JSON list of hrefs', JSON.stringify([pos.href, prod.href]), [[pos.href, prod.href]]],
    ['a list of key=value', ['app="Point of Sale"', 'env=prod'], [[pos.href, prod.href]]],
    ['a list of objects', [{ key: 'app', value: 'Point of Sale' }, { href: prod.href }], [[pos.href, prod.href]]],
    ['a list of lists', [['app=ordering'], ['env=prod']], [[ordering.href], [prod.href]]],
  ])('reads labels given as %s', async (_form, labels, expected) => {
    const pce = memoryPce({ labels: [ordering, prod, pos] });
    await callTool(getWorkloads, { labels }, { pce });
    expect(pce.asked.at(-1)?.args[0]).toMatchObject({ labels: expected });
  });

  it('refuses a label that does not exist and asks nothing', async () => {
    const pce = memoryPce({ labels: [ordering] });
    const { isError, structured } = await callTool(getWorkloads, { labels: 'app=order' }, { pce });
    expect(isError).toBe(true);
    expect(structured.error).toBe('label_not_found');
    expect(pce.asked).toEqual([]);
  });

  it('says what a cap left out', async () => {
    const pce = memoryPce({ workloads: [workload(1, 'a', []), workload(2, 'b', []), workload(3, 'c', [])] });
    const { structured, text } = await callTool(getWorkloads, { max_results: 2 }, { pce });
    expect(structured.coverage).toMatchObject({ rows_read: 2, row_cap: 2, truncated: true });
    expect(structured.totals).toMatchObject({ total: 3, returned: 2 });
    expect(text).toContain('not covered: 1 of 3 that match');
  });

  it('pages in a stable order without loss or repeat', async () => {
    const workloads = Array.from({ length: 120 }, (_, id) => workload(id, `host${(id * 37) % 120}`, [ordering, prod]));
    const pages = await allPages(dispatcherOf([getWorkloads], { pce: memoryPce({ workloads }) }), 'get-workloads', {});
    const names = pages.flatMap(({ structured }) => structured.items.map((item) => String(item.name)));
    expect(pages.length).toBeGreaterThan(1);
    expect(names).toEqual(workloads.map(({ name }) => String(name)).sort());
  });

  it('adds details and open ports on full', async () => {
    const openPorts = [
      { proto: 6, port: 443, address: '0.0.0.0', process: 'nginx', user: 'root', windowsService: null },
    ];
    const pce = memoryPce({ workloads: [workload(1, 'web1', [], { openPorts, publicIp: '203.0.113.9' })] });
    const { structured } = await callTool(getWorkloads, { detail_level: 'full' }, { pce });
    expect(structured.items[0]).toMatchObject({ open_ports: ['443/tcp nginx'] });
    expect(structured.items[0]?.details).toContain('public ip: 203.0.113.9');
  });
});
