import { readFileSync } from 'node:fs';

declare const BUILD_CHANGELOG: string | undefined;

/** CHANGELOG.md; the build writes it into the bundle. */
export const CHANGELOG: string =
  typeof BUILD_CHANGELOG === 'string'
    ? BUILD_CHANGELOG
    : readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');

export interface Release {
  /** `unreleased` before it has one. */
  readonly version: string;
  /** YYYY-MM-DD; null where none is given. */
  readonly date: string | null;
  /** Entries by the heading they stand under: Added, Changed, Fixed, Unlearn, … */
  readonly sections: ReadonlyMap<string, readonly string[]>;
}

/** Releases in the order of the file, newest first, from Markdown in the form of keepachangelog.com. */
export function releasesOf(markdown: string): readonly Release[] {
  const [, ...parts] = `\n${markdown}`.split(/\n## /);
  return parts.map((part) => {
    const [heading = '', ...rest] = part.split(/\n### /);
    const [title = ''] = heading.split('\n');
    const [, version = title, date = null] =
      /^\[?([^\]\s]+)\]?(?:\s+-\s+(\d{4}-\d{2}-\d{2}))?/.exec(title.trim()) ?? [];
    return { version: version.toLowerCase(), date, sections: new Map(rest.map(sectionOf)) };
  });
}

function sectionOf(part: string): readonly [string, readonly string[]] {
  const [title = '', ...lines] = part.split('\n');
  const [, ...entries] = `\n${lines.join('\n')}`.split(/\n[-*] /);
  return [
    title.trim(),
    entries.map(
      (entry) =>
        entry
          .split(/\n\s*\n/)[0]
          ?.replace(/\s+/g, ' ')
          .trim() ?? '',
    ),
  ];
}

const VERSION_SHAPE = /^v?(\d+)\.(\d+)(?:\.(\d+))?$/;

/** The numbers of `1.2.3` or `1.2`; null for anything else. */
export function versionNumbers(version: string): readonly [number, number, number] | null {
  const found = VERSION_SHAPE.exec(version);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : null;
}

/** Whether `version` came after `other`; what is unreleased came after everything. */
export function isNewer(version: string, other: readonly [number, number, number]): boolean {
  const numbers = versionNumbers(version);
  if (numbers === null) return true;
  const at = numbers.findIndex((number, index) => number !== other[index]);
  return at !== -1 && (numbers[at] ?? 0) > (other[at] ?? 0);
}
