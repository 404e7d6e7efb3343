import { callWith } from '../../test/catalogue/call.ts';
import { simulated } from '../../test/catalogue/simulated.ts';
import { type Bench, type Measurement, measurement } from '../bench.ts';

/** Both lanes together, as the budget counts them. */
const CHARACTERS_PER_TOKEN = 4;
const ASKED = [
  { tool: 'get-traffic-flows-summary', args: {}, limit: 4_000 },
  { tool: 'who-talks-to', args: { target: 'app=ordering env=prod' }, limit: 1_000 },
] as const;

export default {
  name: 'answer-tokens',
  about: 'what default answers about a month of the demo estate cost, beside what is promised',
  async run() {
    const server = await simulated({ profile: 'mid' });
    try {
      const results: Record<string, Measurement> = {};
      for (const { tool, args, limit } of ASKED) {
        const { isError, text, structured } = await callWith(server.dispatcher, tool, args);
        if (isError) throw new Error(text);
        const tokens = (text.length + JSON.stringify(structured).length) / CHARACTERS_PER_TOKEN;
        results[`tokens-${tool}`] = measurement(tokens, 'tokens', limit);
      }
      return results;
    } finally {
      await server.close();
    }
  },
} satisfies Bench;
