/**
 * Levenshtein distance with adjacent transposition (optimal string alignment): how many single slips of a typist lie between two
 * words. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964.
 */
export function typingDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let best = Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const MAX_WORD = 80;

/**
 * The known word someone most likely meant, or undefined when none is near. Case, blanks, `-` and `_` do not count; up to a third of the
 * letters may differ, and a word that merely continues or abbreviates a known one is near too.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = (value: string) => value.toLowerCase().replace(/[\s_-]/g, '');
  const meant = plain(word.slice(0, MAX_WORD));
  if (meant === '') return undefined;
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const candidate = plain(name);
    const shorter = Math.min(meant.length, candidate.length);
    const continues = shorter >= 4 && (meant.startsWith(candidate) || candidate.startsWith(meant));
    const distance = continues ? 1 : typingDistance(meant, candidate);
    if (distance <= Math.floor(shorter / 3) && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance };
  }
  return best?.name;
}
