import { setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from '../../src/simulator/simulator.ts';

/** A flow row of a download as a test reads it, without the code under test. */
export interface RawRow {
  readonly src: RawEnd;
  readonly dst: RawEnd;
  readonly service: {
    readonly proto: number;
    readonly port?: number;
    readonly process_name?: string;
    readonly user_name?: string;
    readonly windows_service_name?: string;
  };
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  readonly num_connections: number;
  readonly policy_decision: string;
  readonly flow_direction: 'inbound' | 'outbound';
}

export interface RawEnd {
  readonly ip: string;
  readonly fqdn?: string;
  readonly ip_lists?: readonly { readonly name: string }[];
  readonly workload?: {
    readonly href: string;
    readonly name?: string;
    readonly hostname: string;
    readonly labels: readonly { readonly key: string; readonly value: string }[];
  };
}

export interface RawPce {
  /** Every row of a window. */
  rows(start: string, end: string): Promise<readonly RawRow[]>;
  send(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Lets the traffic of a window happen again under the policy as it is now. */
  replay(from: string, to: string): Promise<{ readonly from: string; readonly to: string }>;
}

/** Plain HTTP to a simulator. */
export function rawPce({ url, orgId, apiKey, apiSecret }: Simulator): RawPce {
  const headers = {
    authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const request = async (method: string, address: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(address, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const send = (method: string, path: string, body?: unknown) => request(method, `${url}/api/v2${path}`, body);
  return {
    send,
    async rows(start, end) {
      const any = { include: [[]], exclude: [] };
      const posted = (await send('POST', `/orgs/${orgId}/traffic_flows/async_queries`, {
        query_name: 'raw',
        start_date: start,
        end_date: end,
        sources: any,
        destinations: any,
        services: { include: [], exclude: [] },
        policy_decisions: [],
        max_results: 200_000,
      })) as { readonly href: string };
      for (;;) {
        const { status } = (await send('GET', posted.href)) as { readonly status: string };
        if (status === 'completed') break;
        await delay(20);
      }
      return (await send('GET', `${posted.href}/download`)) as readonly RawRow[];
    },
    async replay(from, to) {
      return (await request('POST', `${url}/_sim/replay`, { from, to })) as {
        readonly from: string;
        readonly to: string;
      };
    },
  };
}
