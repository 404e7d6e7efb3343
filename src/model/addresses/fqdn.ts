const normal = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** A test for one level of a name. Written out instead of as an expression: patterns come from outside, and `*a*a*a…` must stay cheap. */
function levelMatcher(pattern: string): (level: string) => boolean {
  if (!pattern.includes('*')) return (level) => level === pattern;
  if (pattern === '*') return (level) => level !== '';
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  return (level) => {
    if (level.length < first.length + last.length || !level.startsWith(first) || !level.endsWith(last)) return false;
    const end = level.length - last.length;
    let at = first.length;
    for (const piece of rest) {
      const found = level.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/**
 * A test for names an FQDN entry of an IP list covers. An asterisk stands for exactly one level and a bare domain for itself only
 * (policy-cases.md); names compare without case and without the root dot.
 */
export function fqdnMatcher(pattern: string): (name: string) => boolean {
  const tests = normal(pattern).split('.').map(levelMatcher);
  return (name) => {
    const levels = normal(name).split('.');
    return levels.length === tests.length && tests.every((test, index) => test(levels[index] ?? ''));
  };
}
