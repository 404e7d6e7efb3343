import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith, type Called } from '../../../test/catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { plantedIssues } from '../../simulator/estates/planted.ts';
import explainFlow from './explain-flow.ts';

const active = (href: string | undefined) => href?.replace('/draft/', '/active/');
// On other seeds: test/full/planted-issues.test.ts.
const seed = 7;
describe('explain-flow on the demo estate', () => {
  const planted = plantedIssues({ profile: 'mid', seed, nowMs: NOW_MS });
  let on: Simulated;
  beforeAll(async () => {
    on = await simulated({ profile: 'mid', seed }, { tools: [explainFlow] });
  });
  afterAll(() => on.close());

  const explain = (args: object): Promise<Called> => callWith(on.dispatcher, 'explain-flow', args);

  it('names the rule that lets dev read the database of prod, and agrees with what the VENs reported (P1)', async () => {
    const { structured, isError } = await explain({
      src: 'app=ordering env=dev role=processing',
      dst: 'app=ordering env=prod role=db',
      port: 5432,
    });
    expect(isError).toBe(false);
    expect(structured['verdict']).toBe('allowed');
    expect(structured.items[0]).toMatchObject({ class: 'allow', rule_hrefs: [active(planted['P1']?.rules[0])] });
    expect(structured.answer).toContain('Ordering-Prod-RS1');
    expect(structured['agreement']).toMatch(/^(\d+) of \1 rows$/);
    expect(structured['last_seen']).toBeDefined();
  });

  it('names the override deny of a closed incident that blocks the backup, and the allow it beats (P16)', async () => {
    const { structured } = await explain({
      src: 'app=backup env=prod role=media',
      dst: 'app=payments env=prod',
      port: 1556,
      policy: 'draft',
    });
    expect(structured['verdict']).toBe('blocked');
    const [row] = structured.items;
    expect(row).toMatchObject({ class: 'override_deny', decided_at: 'destination' });
    expect(planted['P16']?.rules).toEqual(expect.arrayContaining(row?.['rule_hrefs'] as string[]));
    expect(structured.answer).toContain('EMG | INC-2291');
    expect(row?.['runners_up']).toEqual([expect.stringContaining('allow')]);
    expect(structured['agreement']).toMatch(/^(\d+) of \1 rows$/);
  });

  it('says what a rule that nearly allows it lacks', async () => {
    const { structured } = await explain({
      src: 'app=backup env=prod role=media',
      dst: 'app=payments env=prod role=web',
      port: 1557,
    });
    expect(structured['verdict']).toBe('blocked');
    expect(structured.items[0]).toMatchObject({ class: 'default', destination_mode: 'full' });
    expect(structured['near_misses']).toEqual([
      expect.stringMatching(/^other ports or protocol: CORE \| Backup: allow .* NETBACKUP/),
    ]);
  });

  it('takes an address nobody has, and says what it did not see', async () => {
    const { structured } = await explain({ src: '203.0.113.9', dst: 'app=payments env=prod role=web', port: 443 });
    expect(structured.items).toEqual([
      expect.objectContaining({ verdict: 'blocked', source_mode: 'no VEN', decided_at: 'destination' }),
    ]);
    expect(structured.answer).toContain('Not seen in the last 90 days.');
  });

  it.each([
    [{ src: 'no-such-host', dst: '10.0.0.1', port: 1 }, 'not_found'],
    [{ src: '10.0.0.1', dst: 'app=nothing', port: 1 }, 'label_not_found'],
    [{ src: '10.0.0.0/8', dst: '10.0.0.1', port: 1 }, 'invalid_arguments'],
    [{ src: '10.0.0.2', dst: '10.0.0.1' }, 'invalid_arguments'],
  ])('refuses %j', async (args, error) => {
    expect((await explain(args)).structured.error).toBe(error);
  });
});
