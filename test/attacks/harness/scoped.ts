import { loadConfig } from '../../../src/config/load.ts';
import type { Principal } from '../../../src/core/authority.ts';
import { silentLog } from '../../../src/core/log.ts';
import { createServing } from '../../../src/dispatch/serving.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { type Called, callWith } from '../../catalogue/call.ts';
import { pointingAt } from '../../protocol/programs.ts';

interface Labelled {
  readonly href: string;
  readonly hostname: string;
  readonly labels: readonly { readonly href: string; readonly key: string; readonly value: string }[];
}

/** A server on a simulated PCE, asked by people with label scopes; and the PCE asked directly, to compare. */
export async function scopedServer() {
  const simulator = await createSimulator({ profile: 'small', rateLimit: 'off' });
  const { settings } = loadConfig({ dotenv: '', environment: { ...pointingAt(simulator), MCP_TOOLSETS: 'all' } });
  const serving = createServing(settings, { log: silentLog, pce: undefined });
  const authorization = `Basic ${Buffer.from(`${simulator.apiKey}:${simulator.apiSecret}`).toString('base64')}`;

  async function direct<T>(path: string): Promise<T> {
    const response = await fetch(`${simulator.url}/api/v2${path}`, { headers: { authorization } });
    return JSON.parse(await response.text()) as T; // what the simulator is known to send
  }
  const workloads = await direct<readonly Labelled[]>(`/orgs/${simulator.orgId}/workloads?max_results=10000`);
  const person = (labelScope: string | null): Principal => ({ issuer: 'i', subject: 's', role: 'admin', labelScope });
  const ask = (labelScope: string | null, tool: string, args: object): Promise<Called> =>
    callWith(serving.dispatcher, tool, args, undefined, person(labelScope));
  return {
    simulator,
    workloads,
    direct,
    offered: (labelScope: string | null) => serving.dispatcher.list(person(labelScope)).map(({ name }) => name),
    ask,
    /** The rows of all pages. */
    async rows(labelScope: string | null, tool: string, args: object) {
      const rows: Readonly<Record<string, unknown>>[] = [];
      let cursor: string | undefined;
      do {
        const { structured } = await ask(labelScope, tool, cursor === undefined ? args : { ...args, cursor });
        rows.push(...structured.items);
        ({ cursor } = structured);
      } while (cursor !== undefined);
      return rows;
    },
    async close() {
      await serving.close();
      await simulator.close();
    },
  };
}

export const valueOf = ({ labels }: Labelled, key: string): string | undefined =>
  labels.find((label) => label.key === key)?.value;
