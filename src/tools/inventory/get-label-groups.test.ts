import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { label, labelGroup, memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { href } from '../../core/href.ts';
import getLabelGroups from './get-label-groups.ts';

const dev = label(1, 'env', 'dev');
const staging = label(2, 'env', 'the staging');

describe('get-label-groups', () => {
  it('lists members as terms of an expression and sub-groups by name', async () => {
    const group = {
      ...labelGroup(1, 'nonprod', 'env', [dev, staging]),
      subGroups: [{ href: href('/orgs/1/sec_policy/draft/label_groups/2'), name: 'labs' }],
      updateType: 'update' as const,
    };
    const { structured, text } = await callTool(getLabelGroups, {}, { pce: memoryPce({ labelGroups: [group] }) });
    expect(structured.items).toEqual([
      {
        href: '/orgs/1/sec_policy/draft/label_groups/1',
        name: 'nonprod',
        key: 'env',
        labels: ['env=dev', 'env="the staging"'],
        sub_groups: ['labs'],
        update_type: 'update',
      },
    ]);
    expect(structured.totals).toEqual({ total: 1, policy: 'draft' });
    expect(text).toContain('env=dev, env="the staging"');
  });

  it('reads the active policy when told and passes its filters', async () => {
    const pce = memoryPce({});
    const { structured } = await callTool(getLabelGroups, { policy: 'active', key: 'env', name: 'non' }, { pce });
    expect(pce.asked[0]?.args.slice(0, 2)).toEqual(['active', { key: 'env', name: 'non', description: undefined }]);
    expect(structured.answer).toBe('No label group matches in the active policy.');
  });
});
