import { expect } from 'vitest';
import { type Firm, firm, serviceAccount } from './firm.ts';

/** In mode shared, so that nobody has to register first. */
export const approving = (mode: 'person' | 'second'): Promise<Firm> =>
  firm((simulator) => ({
    ...serviceAccount(simulator),
    MCP_PCE_MODE: 'shared',
    MCP_CONFIRM_MODE: mode,
    MCP_CONFIRM_APPROVERS: 'approvers',
    MCP_CONFIRM_FRESH_AUTH_SECONDS: '3600',
    MCP_LABEL_SCOPES: 'team-pos=app=pos',
  }));

/** Has Ada ask for a provisioning, which is refused; where it is to be approved, without the origin. */
export async function pathToApprove(place: Firm): Promise<string> {
  const refused = await place.call('ada', 'provision-policy');
  expect(refused).toMatchObject({ error: 'confirm_required', approval_url: expect.any(String) });
  return String(refused['approval_url']).slice(place.origin.length);
}

/** Something to provision. */
export const draft = (place: Firm, name: string) =>
  place.call('ada', 'create-iplist', { name, ip_ranges: [{ from_ip: '10.9.0.0/16' }] });
