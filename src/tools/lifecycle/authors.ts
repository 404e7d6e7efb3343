import type { PceReader } from '../../changes/plan.ts';
import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';

const MAX_LOOKED_UP = 30;

/**
 * What the authors of changes are called: `Olga Owner (owner@example.com)`. Users a key may not read, and callers that are no users
 * (service accounts, VENs), keep their href.
 */
export async function authorNames(
  hrefs: readonly (string | null)[],
  pce: PceReader,
  signal: AbortSignal,
): Promise<(href: string | null) => string | null> {
  const users = [...new Set(hrefs)]
    .filter((href) => href !== null && /^\/users\/\d+$/.test(href))
    .slice(0, MAX_LOOKED_UP);
  const names = new Map<string | null, string>([['/users/0', 'the PCE itself']]);
  await Promise.all(
    users.map(async (href) => {
      if (href === null || names.has(href)) return;
      const name = await nameOfUser(href, pce, signal);
      if (name !== null) names.set(href, name);
    }),
  );
  return (href) => names.get(href) ?? href;
}

async function nameOfUser(href: string, pce: PceReader, signal: AbortSignal): Promise<string | null> {
  try {
    const user = await pce.read(href, signal);
    if (user === null) return null;
    const [full, login] = [textOf(user, 'full_name'), textOf(user, 'username')];
    return full !== null && login !== null ? `${full} (${login})` : (full ?? login);
  } catch (error) {
    if (error instanceof Failure && error.code !== 'cancelled') return null;
    throw error;
  }
}
