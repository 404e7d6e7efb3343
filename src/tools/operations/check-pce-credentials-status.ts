import { envelope } from '../envelope.ts';
import { flag, integer, text } from '../fields.ts';
import type { KeyMode, RegisteredKey } from '../key-desk.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

export default defineTool({
  name: 'check-pce-credentials-status',
  title: 'Check your PCE key',
  description:
    'Tells whether you have a PCE key registered, for which PCE, and whose key your calls use. It does not ask the PCE: check-pce-connection does.',
  toolset: 'operations',
  effect: 'read',
  usesPce: false,
  needsSignIn: true,
  input: { type: 'object', properties: {} },
  output: envelope(
    {},
    {},
    {
      extra: {
        registered: flag,
        mode: text,
        effective_pce_mode: text,
        message: text,
        pce_host: text,
        pce_port: integer,
        pce_org_id: text,
        tls_verify: flag,
        label: text,
        registered_at: text,
        last_used_at: text,
      },
    },
  ),
  example: {},
  columns: [],

  async run(_args, { keys }) {
    const { mode } = keys;
    const key = await keys.find();
    const message = told(mode, key);
    return {
      answer: message,
      items: [],
      totals: {},
      coverage: { rows_read: key === null ? 0 : 1, truncated: false, gaps: [] },
      extra: {
        // As in the reference server: with one key for all there is nothing left to register.
        registered: key !== null || mode === 'shared' || mode === 'stdio',
        mode,
        effective_pce_mode: key !== null ? 'own' : mode === 'per_user' ? 'none' : 'shared',
        message,
        ...(key === null ? {} : factsOf(key)),
      },
    };
  },
});

const WITHOUT: Readonly<Record<KeyMode, string>> = {
  stdio: 'This server uses the PCE key it was started with; there is nothing to register.',
  shared: 'This server uses one PCE key for everybody; there is nothing to register.',
  hybrid: 'You have no PCE key registered; your calls use the shared one.',
  per_user: 'You have no PCE key registered; register one on the /setup page or with register-pce-credentials.',
};

const told = (mode: KeyMode, key: RegisteredKey | null): string =>
  key === null
    ? WITHOUT[mode]
    : `You have a PCE key registered for ${key.host}:${key.port}, org ${key.orgId}; your calls use it.`;

const factsOf = ({ host, port, orgId, tlsVerify, label, createdMs, lastUsedMs }: RegisteredKey) => ({
  pce_host: host,
  pce_port: port,
  pce_org_id: orgId,
  tls_verify: tlsVerify,
  ...present({ label }),
  registered_at: new Date(createdMs).toISOString(),
  ...(lastUsedMs === null ? {} : { last_used_at: new Date(lastUsedMs).toISOString() }),
});
