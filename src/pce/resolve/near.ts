import { typingDistance } from '../../core/near.ts';

export const MAX_CANDIDATES = 25;
const MAX_COMPARED = 64;

/**
 * The names someone may have meant, nearest first: the same but for case, then those that contain the given one or are contained in it,
 * then those a few slips away. At most 25.
 */
export function nearMisses(given: string, names: Iterable<string>): readonly string[] {
  const wanted = given.toLowerCase().trim();
  const found: { readonly name: string; readonly rank: number }[] = [];
  for (const name of new Set(names)) {
    const rank = rankOf(wanted, name.toLowerCase());
    if (rank !== null) found.push({ name, rank });
  }
  found.sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return found.slice(0, MAX_CANDIDATES).map(({ name }) => name);
}

function rankOf(wanted: string, name: string): number | null {
  if (name === wanted) return 0;
  if (wanted !== '' && name.includes(wanted)) return 1;
  if (name.length >= 3 && wanted.includes(name)) return 2;
  const allowed = Math.min(3, Math.floor(wanted.length / 3));
  if (allowed === 0 || Math.abs(name.length - wanted.length) > allowed || wanted.length > MAX_COMPARED) return null;
  const distance = typingDistance(wanted, name);
  return distance <= allowed ? 2 + distance : null;
}
