import { nearest } from '../core/near.ts';
import { settings } from './schema.ts';

const NAMES: readonly string[] = settings.map(({ name }) => name);
const KNOWN = new Set([...NAMES, ...settings.filter(({ secret }) => secret).map(({ name }) => `${name}_FILE`)]);
const SAFETY: readonly string[] = settings.filter(({ safety }) => safety).map(({ name }) => name);

/**
 * Names of ours that are not settings but look like one. One that resembles a safety switch is refused: whoever wrote `MCP_READONLY=1`
 * relies on a protection that would not be there. The others warn, because hosts set `MCP_*` names of their own.
 */
export function misspellings(names: readonly string[]): { readonly refused: string[]; readonly warnings: string[] } {
  const refused: string[] = [];
  const warnings: string[] = [];
  for (const name of new Set(names)) {
    const upper = name.toUpperCase();
    if (KNOWN.has(name) || !/^(?:MCP|PCE)_/.test(upper)) continue;
    const body = (full: string) => full.slice(4);
    const near = (known: readonly string[]) => {
      const prefix = upper.slice(0, 4);
      const match = nearest(body(upper), known.filter((candidate) => candidate.startsWith(prefix)).map(body));
      return match === undefined ? undefined : `${prefix}${match}`;
    };
    const safety = near(SAFETY);
    const any = near(NAMES);
    if (safety !== undefined && (any === safety || any === undefined))
      refused.push(`${printable(name)} is not a setting; did you mean ${safety}?`);
    else if (any !== undefined) warnings.push(`${printable(name)} is not a setting; did you mean ${any}?`);
  }
  return { refused, warnings };
}

const printable = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '?').slice(0, 80);
