import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { label, memoryPce } from '../../../test/catalogue/memory-pce.ts';
import getLabels from './get-labels.ts';

const labels = [label(3, 'env', 'prod'), label(1, 'app', 'ordering'), label(2, 'app', 'crm')];

describe('get-labels', () => {
  it('lists key, value and href by key, then value, with counts per key', async () => {
    const { structured, text } = await callTool(getLabels, {}, { pce: memoryPce({ labels }) });
    expect(structured.items).toEqual([
      { href: '/orgs/1/labels/2', key: 'app', value: 'crm' },
      { href: '/orgs/1/labels/1', key: 'app', value: 'ordering' },
      { href: '/orgs/1/labels/3', key: 'env', value: 'prod' },
    ]);
    expect(structured.answer).toBe('3 labels in 2 keys: app 2, env 1.');
    expect(structured.totals).toEqual({ total: 3, key_count: 2, by_key: { app: 2, env: 1 } });
    expect(text).toContain('app | ordering');
  });

  it('passes its filters to the PCE, where key is exact', async () => {
    const pce = memoryPce({ labels });
    await callTool(getLabels, { key: 'app', value: 'ord', include_deleted: true, usage: 'true' }, { pce });
    expect(pce.asked[0]?.args[0]).toEqual({ key: 'app', value: 'ord', includeDeleted: true, usage: true });
  });

  it('names where a label is in use and whether it is deleted, when asked', async () => {
    const used = {
      ...label(1, 'app', 'old'),
      deleted: true,
      usage: { workload: true, ruleset: false, label_group: true },
    };
    const { structured } = await callTool(
      getLabels,
      { usage: true, include_deleted: true },
      { pce: memoryPce({ labels: [used] }) },
    );
    expect(structured.items[0]).toMatchObject({ deleted: true, usage: ['workload', 'label_group'] });
  });
});
