const ESCAPED = /[.+?^${}()|[\]\\]/g;

const normal = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/**
 * A test for names an FQDN entry of an IP list covers. An asterisk stands for exactly one level and a bare domain for itself only
 * (policy-cases.md); names compare without case and without the root dot.
 */
export function fqdnMatcher(pattern: string): (name: string) => boolean {
  const text = normal(pattern);
  if (!text.includes('*')) return (name) => normal(name) === text;
  const levels = text
    .split('.')
    .map((level) => (level === '*' ? '[^.]+' : level.replace(ESCAPED, '\\$&').replace(/\*+/g, '[^.]*')));
  const expression = new RegExp(`^${levels.join('\\.')}$`);
  return (name) => expression.test(normal(name));
}
