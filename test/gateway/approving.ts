import { createSimulator } from '../../src/simulator/simulator.ts';
import { type Firm, firm } from './firm.ts';

/** In mode shared, so that nobody has to register first. */
export async function approving(mode: 'person' | 'second'): Promise<Firm> {
  const simulator = await createSimulator({ profile: 'small', nowMs: Date.UTC(2026, 4, 12, 9), rateLimit: 'off' });
  const place = await firm({
    MCP_PCE_MODE: 'shared',
    MCP_CONFIRM_MODE: mode,
    MCP_CONFIRM_APPROVERS: 'approvers',
    MCP_LABEL_SCOPES: 'team-pos=app=pos',
    PCE_HOST: simulator.url,
    PCE_ORG_ID: String(simulator.orgId),
    API_KEY: simulator.apiKey,
    API_SECRET: simulator.apiSecret,
  });
  return {
    ...place,
    async close() {
      await place.close();
      await simulator.close();
    },
  };
}

/** Something to provision. */
export const draft = (place: Firm, name: string) =>
  place.call('ada', 'create-iplist', { name, ip_ranges: [{ from_ip: '10.9.0.0/16' }] });
