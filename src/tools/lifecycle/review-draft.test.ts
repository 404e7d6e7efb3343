import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, callWith, type Called } from '../../../test/catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { plantedIssues } from '../../simulator/estates/planted.ts';
import provisionPolicy from './provision-policy.ts';
import reviewDraft from './review-draft.ts';

interface Check {
  readonly check: string;
  readonly result: string;
}

const rows = async (on: Simulated, args: object = {}) =>
  (await allPages(on.dispatcher, 'review-draft', args)).flatMap(({ structured }) => structured.items);

describe.each([7, 8])('review-draft on the demo estate, seed %i', (seed) => {
  let on: Simulated;
  beforeAll(async () => {
    on = await simulated({ profile: 'mid', seed }, { tools: [reviewDraft, provisionPolicy] });
  });
  afterAll(() => on.close());
  const planted = plantedIssues({ profile: 'mid', seed, nowMs: NOW_MS });

  it('puts the disabled deny of the ringfence first, as a high risk, and stops (P17)', async () => {
    const { structured } = await callWith(on.dispatcher, 'review-draft', {});
    expect(structured.items[0]).toMatchObject({
      section: 'risk',
      severity: 'high',
      name: 'RF | tokenizer | prod',
      href: planted['P17']?.rules[0],
      says: expect.stringMatching(/^a deny rule is disabled/),
    });
    expect(structured['verdict']).toBe('stop');
    expect(structured.answer).toContain('RF | tokenizer | prod');
    const failed = (structured['checklist'] as readonly Check[]).filter(({ result }) => result === 'fail');
    expect(failed.map(({ check }) => check)).toContain('no high risk in the changes');
  });

  it('names the override deny left over from an incident (P16)', async () => {
    const standing = (await rows(on)).filter(({ section }) => section === 'standing');
    const told = standing.map(({ says }) => String(says)).join('\n');
    for (const rule of planted['P16']?.rules ?? [])
      if (told.includes(rule.replace('/draft/', '/active/'))) return expect(told).toContain('EMG | INC-2291');
    throw new Error('no rule of P16 is told');
  });

  it('shows every pending object with its author and its differences, and finds risk only in what differs', async () => {
    const all = await rows(on);
    const pending = (await on.pce.read('/orgs/1/sec_policy/pending')) as Readonly<
      Record<string, readonly { readonly href: string }[]>
    >;
    const hrefs = Object.values(pending).flatMap((items) => items.map(({ href }) => href));
    const changes = all.filter(({ section }) => section === 'change');
    expect(new Set(changes.map(({ href }) => href))).toEqual(new Set(hrefs));
    for (const change of changes) {
      expect(change['author']).toMatch(/@/);
      expect(change['diff']).not.toEqual([]);
    }
    const diffs = changes.map(({ diff }) => String(diff)).join('\n');
    const rules = all.filter(({ section, href }) => section === 'risk' && /\/(sec|deny)_rules\//.test(String(href)));
    for (const { href } of rules) expect(diffs).toContain(String(href).split('/').slice(-2).join('/'));
  });
});

describe('review-draft of single edits', () => {
  let on: Simulated;
  beforeAll(async () => {
    on = await simulated({ profile: 'mid', seed: 7 }, { tools: [reviewDraft, provisionPolicy] });
    await on.pce.send({ method: 'PUT', path: '/orgs/1/sec_policy/delete', body: {} });
  });
  afterAll(() => on.close());
  const review = (args: object = {}): Promise<Called> => callWith(on.dispatcher, 'review-draft', args);
  const planted = plantedIssues({ profile: 'mid', seed: 7, nowMs: NOW_MS });

  it('says that nothing is pending', async () => {
    const { structured } = await review();
    expect(structured).toMatchObject({ verdict: 'nothing_pending', items: [] });
  });

  it('says which flows the disabling of a rule blocks, and who did it', async () => {
    const [rule = ''] = planted['P1']?.rules ?? [];
    await on.pce.send({ method: 'PUT', path: rule, body: { enabled: false } });
    const { structured } = await review();
    const sections = structured.items.map(({ section, says }) => `${String(section)}: ${String(says)}`);
    expect(sections).toContainEqual(expect.stringMatching(/^risk: an allow rule is disabled/));
    expect(sections).toContainEqual(
      expect.stringMatching(
        /^flows: app=ordering env=dev role=processing -> app=ordering env=prod role=db on 5432\/tcp/,
      ),
    );
    expect(structured['verdict']).toBe('stop');
    expect(structured.totals['will_break']).toMatchObject({ edges: expect.any(Number) });
    const other = await review({ author: 'nobody@example.com' });
    expect(other.structured['verdict']).toBe('nothing_pending');
    expect((await review({ hrefs: ['/orgs/1/sec_policy/draft/services/1'] })).structured.error).toBe('not_found');
  });
});
