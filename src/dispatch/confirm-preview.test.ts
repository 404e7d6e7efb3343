import { describe, expect, it } from 'vitest';
import type { Answer } from '../answer/answer.ts';
import { previewForPeople } from './confirm-preview.ts';

const planned = (over: Partial<Answer<object>> = {}): Answer<object> => ({
  answer: 'Planned. Widens policy: much.',
  items: [],
  totals: {},
  coverage: { rows_read: 1, truncated: false, gaps: [] },
  ...over,
});

const section = (title: string, answer: Answer<object>) =>
  previewForPeople(answer).sections.find((each) => each.title === title)?.entries;

describe('what a person is shown before they approve', () => {
  it('is in words, then by object with its differences', () => {
    const answer = planned({
      items: [
        {
          change: 'updated',
          type: 'services',
          name: 'web',
          href: '/orgs/1/x',
          author: null,
          diff: ['port: 80 → 443'],
          rules: [1],
        },
      ],
      extra: {
        message: 'Planned.',
        traffic_impact: { sentence: 'Nothing is blocked.' },
        widening: ['web gets 443/tcp'],
      },
    });
    expect(previewForPeople(answer)).toEqual({
      says: 'Planned. Nothing is blocked.',
      sections: [
        {
          title: 'What changes',
          entries: [{ text: 'updated, services, web, href /orgs/1/x', details: ['port: 80 → 443', 'rules: 1'] }],
        },
        { title: 'Widens policy', entries: [{ text: 'web gets 443/tcp', details: [] }] },
      ],
    });
  });

  it('says what was not looked at', () => {
    const answer = planned({ coverage: { rows_read: 1, truncated: true, gaps: ['3 workloads offline'] } });
    expect(section('Not looked at', answer)).toEqual([{ text: '3 workloads offline', details: [] }]);
  });

  it('counts what it leaves out', () => {
    const diff = Array.from({ length: 70 }, (_, n) => `line ${n}`);
    const answer = planned({ items: Array.from({ length: 1_000 }, (_, n) => ({ name: `list ${n}`, diff })) });
    const entries = section('What changes', answer) ?? [];
    expect([entries.length, entries.at(-1)?.text]).toEqual([301, '… and 700 more']);
    expect([entries[0]?.details.length, entries[0]?.details.at(-1)]).toEqual([51, '… and 20 more']);
  });

  it('shows no character that makes text look like other text', () => {
    const answer = planned({
      items: [{ name: 'safe\u202Eevil\u200B', diff: ['a\u0000b'] }],
      extra: { warnings: ['x\u2066y'] },
    });
    expect(JSON.stringify(previewForPeople(answer))).not.toMatch(/\\u0000|[\u202E\u200B\u2066]/);
  });
});
