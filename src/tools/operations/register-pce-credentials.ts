import { Secret } from '../../core/secret.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

const MAX_PORT = 65_535;

export default defineTool({
  name: 'register-pce-credentials',
  title: 'Register your PCE key',
  description:
    'Keeps your own PCE API key, tried first and sealed, for your later calls. Prefer the /setup page: what you type there no model sees. Not for other people’s keys.',
  toolset: 'operations',
  effect: 'credentials',
  usesPce: false,
  needsSignIn: true,
  input: {
    type: 'object',
    properties: {
      pce_host: described(text, 'Host name, without scheme or port'),
      pce_port: { type: 'integer', minimum: 1, maximum: MAX_PORT },
      pce_org_id: text,
      api_key: described(text, 'Id of the key, api_…'),
      api_secret: text,
      tls_verify: flag,
      label: described(text, 'Your own note'),
    },
    required: ['pce_host', 'pce_port', 'pce_org_id', 'api_key', 'api_secret'],
  },
  output: envelope(
    {},
    {},
    { extra: { status: text, message: text, pce_host: text, pce_port: integer, pce_org_id: text, label: text } },
  ),
  example: {
    pce_host: 'pce.example.com',
    pce_port: 8443,
    pce_org_id: '1',
    api_key: 'api_1a2b3c',
    api_secret: 'the secret',
  },
  columns: [],

  async run({ tls_verify: tlsVerify = true, ...args }, { keys, signal }) {
    const key = await keys.register(
      {
        host: args.pce_host,
        port: args.pce_port,
        orgId: args.pce_org_id,
        apiKey: new Secret(args.api_key),
        apiSecret: new Secret(args.api_secret),
        tlsVerify,
        label: args.label ?? null,
      },
      signal,
    );
    const message = `Your PCE key works and is registered for ${key.host}:${key.port}, org ${key.orgId}.`;
    return {
      answer: message,
      items: [],
      totals: {},
      coverage: { rows_read: 0, truncated: false, gaps: [] },
      extra: {
        status: 'ok',
        message,
        pce_host: key.host,
        pce_port: key.port,
        pce_org_id: key.orgId,
        ...present({ label: key.label }),
      },
    };
  },
});
