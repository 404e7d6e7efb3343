import { createAuthority, OPERATOR } from '../../src/access/decide.ts';
import { randomCursorKey } from '../../src/answer/cursor.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { createDispatcher } from '../../src/dispatch/dispatcher.ts';
import { noKeys } from '../../src/dispatch/keys.ts';
import type { KeyDesk, KeyMode, NewKey, RegisteredKey } from '../../src/tools/key-desk.ts';
import { type Called, callWith } from './call.ts';

const REGISTERED: RegisteredKey = {
  host: 'pce.example.com',
  port: 8443,
  orgId: '1',
  tlsVerify: true,
  label: null,
  createdMs: 1_800_000_000_000,
  lastUsedMs: null,
};

interface MemoryDesk extends KeyDesk {
  readonly kept: NewKey | undefined;
}

function memoryDesk(mode: KeyMode, registered: boolean): MemoryDesk {
  let kept: NewKey | undefined;
  let facts = registered ? REGISTERED : null;
  return {
    mode,
    get kept() {
      return kept;
    },
    async register(key) {
      kept = key;
      facts = { ...REGISTERED, host: key.host, port: key.port, label: key.label };
      return facts;
    },
    async remove() {
      const had = facts !== null;
      facts = null;
      return had;
    },
    find: async () => facts,
  };
}

/** A call of a credential tool on a desk in memory. There is no PCE: these tools must not ask for one. */
export async function credentialCall(
  tool: string,
  args: object,
  mode: KeyMode = 'per_user',
  registered = false,
): Promise<{ readonly called: Called; readonly desk: MemoryDesk }> {
  const desk = memoryDesk(mode, registered);
  const dispatcher = createDispatcher({
    catalogue,
    offered: catalogue,
    decide: createAuthority({ readOnly: false }),
    pce: () => Promise.reject(new Error('no PCE in this test')),
    flows: async () => ({
      load: () => Promise.reject(new Error('no flows')),
      decide: () => Promise.reject(new Error('no flows')),
      collect: () => {
        throw new Error('no flows');
      },
      close: () => Promise.resolve(),
    }),
    changes: () => Promise.reject(new Error('no changes')),
    keys: () => (mode === 'stdio' || mode === 'shared' ? noKeys(mode) : desk),
    seal: { keys: [randomCursorKey()], clock: systemClock },
    budgetTokens: 10_000,
    structured: true,
    clock: systemClock,
    log: silentLog,
  });
  return { called: await callWith(dispatcher, tool, args, undefined, OPERATOR), desk };
}
