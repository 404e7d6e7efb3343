import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LicenseInfo } from 'rolldown-license-plugin';

/** Licences whose code may go into a work under GPL-3.0-or-later. A package under any other stops the build. */
const COMPATIBLE = /\b(?:0BSD|Apache-2\.0|BlueOak-1\.0\.0|BSD-2-Clause|BSD-3-Clause|ISC|MIT|Unlicense)\b/;

export const isCompatible = ({ license }: LicenseInfo): boolean => COMPATIBLE.test(license);

/**
 * The notices that the licences of the bundled packages ask to be passed on, as Markdown. Throws for a package that gives the text of its
 * licence nowhere.
 */
export function notices(packages: readonly LicenseInfo[]): string {
  const parts = packages.map(({ name, version, license, licenseText }) => {
    const text = licenseText.trim() || licenceInReadme(name);
    return `## ${name} ${version}\n\nLicence: ${license}\n\n${fenced(text)}\n\n`;
  });
  return `# Third-party notices\n\nillumio-mcp contains these ${packages.length} packages.\n\n${parts.join('')}`
    .trimEnd()
    .concat('\n');
}

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Some packages have no licence file, only a last section of their README. */
function licenceInReadme(name: string): string {
  const readme = readFileSync(join(import.meta.dirname, '..', 'node_modules', name, 'README.md'), 'utf8');
  const section = /^#+ *licen[cs]e *$([\s\S]+)/im.exec(readme)?.[1]?.trim();
  if (section) return section;
  throw new Error(`${name} gives no text of its licence`);
}
