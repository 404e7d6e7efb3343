import { envelope } from '../envelope.ts';
import { text } from '../fields.ts';
import { defineTool } from '../tool.ts';

export default defineTool({
  name: 'delete-pce-credentials',
  title: 'Delete your PCE key',
  description:
    'Forgets the PCE API key you registered here; the key itself stays valid. To replace it, register-pce-credentials is enough. Not for other people’s keys.',
  toolset: 'operations',
  effect: 'credentials',
  usesPce: false,
  needsSignIn: true,
  input: { type: 'object', properties: {} },
  output: envelope({}, {}, { extra: { status: text, message: text } }),
  example: {},
  columns: [],

  async run(_args, { keys }) {
    const removed = await keys.remove();
    const message = removed
      ? 'Your PCE key was deleted here. It is still valid on the PCE: delete it there too if it is no longer needed.'
      : 'You had no PCE key registered; nothing was deleted.';
    return {
      answer: message,
      items: [],
      totals: {},
      coverage: { rows_read: removed ? 1 : 0, truncated: false, gaps: [] },
      extra: { status: removed ? 'ok' : 'noop', message },
    };
  },
});
