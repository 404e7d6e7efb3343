import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { isNewer, releasesOf } from '../../core/changelog.ts';
import { VERSION } from '../../core/version.ts';
import getServerChangelog from './get-server-changelog.ts';

const ask = (args: object) => callTool(getServerChangelog, args, { pce: memoryPce({}) });
const FILE = readFileSync(new URL('../../../CHANGELOG.md', import.meta.url), 'utf8');

describe('get-server-changelog', () => {
  it('gives every entry of the file, and what to unlearn apart, without a PCE', async () => {
    const { structured } = await ask({});
    expect(structured).toMatchObject({ server_version: VERSION });
    expect(structured.items).toHaveLength(FILE.split('\n').filter((line) => line.startsWith('- ')).length);
    expect(structured['unlearn']).toEqual(
      structured.items.filter(({ section }) => section === 'Unlearn').map(({ entry }) => entry),
    );
    expect(structured['unlearn']).not.toEqual([]);
  });

  it('leaves out the rest when asked for what to unlearn', async () => {
    const { structured } = await ask({ unlearn_only: true });
    expect(new Set(structured.items.map(({ section }) => section))).toEqual(new Set(['Unlearn']));
  });

  it('refuses what is no version', async () => {
    expect((await ask({ since: 'yesterday' })).structured).toMatchObject({ error: 'invalid_arguments' });
    expect((await ask({ since: '99.0.0' })).isError).toBe(false);
  });
});

describe('a changelog', () => {
  const [next, second, first] = releasesOf(
    '# Changelog\n\nAbout it.\n\n## [Unreleased]\n\n## [0.10.0] - 2026-02-03\n\n### Added\n- one\n  and more of it\n- two\n\n### Unlearn\n- three\n\n## 0.9.1 - 2026-01-02\n### Fixed\n- four\n',
  );

  it('is read release by release', () => {
    expect(next).toEqual({ version: 'unreleased', date: null, sections: new Map() });
    expect(second).toEqual({
      version: '0.10.0',
      date: '2026-02-03',
      sections: new Map([
        ['Added', ['one and more of it', 'two']],
        ['Unlearn', ['three']],
      ]),
    });
    expect(first).toMatchObject({ version: '0.9.1', date: '2026-01-02' });
  });

  it('is ordered by number, not by letter', () => {
    expect(isNewer('0.10.0', [0, 9, 1])).toBe(true);
    expect(isNewer('0.9.1', [0, 9, 1])).toBe(false);
    expect(isNewer('0.9.1', [0, 10, 0])).toBe(false);
    expect(isNewer('1.0.0', [0, 10, 5])).toBe(true);
    expect(isNewer('unreleased', [9, 0, 0])).toBe(true);
  });
});
