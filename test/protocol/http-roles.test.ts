import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { Role } from '../../src/core/authority.ts';
import { silentLog } from '../../src/core/log.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { createServing, type Serving } from '../../src/dispatch/serving.ts';
import { callWith } from '../catalogue/call.ts';

// Without a PCE, so that a call that is let in gets no further.
const servings = [false, true].map((readOnly) => {
  const { settings } = loadConfig({
    dotenv: '',
    environment: { MCP_TOOLSETS: 'all', ...(readOnly ? { MCP_READ_ONLY: '1' } : {}) },
  });
  return [readOnly ? 'read-only' : 'ordinary', createServing(settings, { log: silentLog })] as const;
});
afterAll(() => Promise.all(servings.map(([, serving]) => serving.close())));

const ROLES = ['reader', 'operator', 'admin', null] as const;
const person = (role: Role | null) => ({ issuer: 'i', subject: 's', role });
const listed = (serving: Serving, role: Role | null) =>
  new Set(serving.dispatcher.list(person(role)).map(({ name }) => name));

describe.each(servings)('an %s server', (_name, serving) => {
  it.each(ROLES)('lists exactly what the role %s may call', async (role) => {
    const offered = listed(serving, role);
    for (const { name } of catalogue) {
      const { structured } = await callWith(serving.dispatcher, name, {}, undefined, person(role));
      const refused = ['forbidden', 'forbidden_no_role', 'read_only'].includes(structured.error ?? '');
      expect([name, !refused]).toEqual([name, offered.has(name)]);
    }
  });
});

describe('the role table of the reference server', () => {
  const [[, serving] = []] = servings;
  const who = (name: string) => ROLES.filter((role) => serving && listed(serving, role).has(name));

  // The credential tools are offered only where people sign in; `test/gateway/matrix.md` holds their roles.
  const everywhere = catalogue.filter(({ needsSignIn }) => needsSignIn !== true);

  it.each(everywhere.map(({ name, effect }) => [name, effect] as const))('%s', (name, effect) => {
    if (name.startsWith('get-') || name.startsWith('check-'))
      expect(who(name)).toEqual(['reader', 'operator', 'admin']);
    else if (/^(?:create|update|delete)-/.test(name)) expect(who(name)).toEqual(['operator', 'admin']);
    else if (['provision-policy', 'ringfence-batch', 'rollback-policy'].includes(name))
      expect(who(name)).toEqual(['admin']);
    else expect(who(name).includes('reader')).toBe(effect === 'read');
  });
});
