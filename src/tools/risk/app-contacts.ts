import type { ServiceContact } from '../../analysis/graph/service-hubs.ts';
import type { FlowGroup } from '../../model/flows/question.ts';
import type { AppName, Contact } from '../../model/graph/app-graph.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { plural } from '../listing.ts';
import { MAX_ROWS } from '../traffic/filters.ts';

export interface AppContacts {
  readonly contacts: readonly (Contact & Decided)[];
  /** Rows where an end carries no app or no env label: they are in no graph of applications. */
  readonly rowsLeftOut: number;
}

interface Decided {
  readonly policy: string | null;
}

const CONTACT_DIMENSIONS = ['source_app', 'source_env', 'destination_app', 'destination_env', 'policy'] as const;

/** Who talks to whom by application, from every row whose ends carry an app and an env label. */
export async function appContacts(table: RemoteFlowTable, signal: AbortSignal): Promise<AppContacts> {
  const { groups } = await table.ask({ by: CONTACT_DIMENSIONS, limit: MAX_ROWS }, signal);
  return contactsOf(groups);
}

/** The same by service, without what was blocked. */
export async function serviceContacts(table: RemoteFlowTable, signal: AbortSignal): Promise<readonly ServiceContact[]> {
  const { groups } = await table.ask({ by: [...CONTACT_DIMENSIONS, 'port', 'proto'], limit: MAX_ROWS }, signal);
  return serviceContactsOf(groups);
}

/** Contacts from groups by source app, source env, destination app, destination env, policy (and whatever follows). */
export function contactsOf(groups: readonly FlowGroup[]): AppContacts {
  let rowsLeftOut = 0;
  const contacts = groups.flatMap(({ key, rows, connections }) => {
    const [fromApp = null, fromEnv = null, toApp = null, toEnv = null, policy = null] = key;
    if (fromApp === null || fromEnv === null || toApp === null || toEnv === null) {
      rowsLeftOut += rows;
      return [];
    }
    return { from: { app: fromApp, env: fromEnv }, to: { app: toApp, env: toEnv }, connections, policy };
  });
  return { contacts, rowsLeftOut };
}

/** Contacts by service from such groups with port and proto; what was blocked reached nobody, what has no port (ICMP) is no service. */
export const serviceContactsOf = (groups: readonly FlowGroup[]): readonly ServiceContact[] =>
  groups.flatMap((group) => {
    const [policy, port, proto] = group.key.slice(CONTACT_DIMENSIONS.length - 1);
    if (policy === 'blocked' || !port || !proto) return [];
    const service = { port: Number(port), proto: Number(proto) };
    return contactsOf([group]).contacts.map((contact) => ({ ...contact, service }));
  });

export const leftOutGap = (rows: number): readonly string[] =>
  rows === 0 ? [] : [`${plural(rows, 'row')} where an end has no app or no env label`];

/** How many addresses outside of labelled applications contact each application. */
export async function unlabelledSources(
  table: RemoteFlowTable,
  signal: AbortSignal,
): Promise<(name: AppName) => number> {
  const { groups } = await table.ask(
    {
      by: ['source_ip', 'destination_app', 'destination_env'],
      where: [
        { dimension: 'source_app', in: [null] },
        { dimension: 'destination_app', notIn: [null] },
      ],
      limit: MAX_ROWS,
    },
    signal,
  );
  const counts = new Map<string, number>();
  for (const { key } of groups) {
    const name = JSON.stringify(key.slice(1));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return ({ app, env }) => counts.get(JSON.stringify([app, env])) ?? 0;
}
