import type { AppName, Contact } from '../../model/graph/app-graph.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { plural } from '../listing.ts';
import { MAX_ROWS } from '../traffic/filters.ts';

export interface AppContacts {
  readonly contacts: readonly (Contact & AppPorts)[];
  /** Rows where an end carries no app or no env label: they are in no graph of applications. */
  readonly rowsLeftOut: number;
}

interface AppPorts {
  readonly policy: string | null;
}

/** Who talks to whom by application, from every row whose ends carry an app and an env label. */
export async function appContacts(table: RemoteFlowTable, signal: AbortSignal): Promise<AppContacts> {
  const { groups } = await table.ask(
    { by: ['source_app', 'source_env', 'destination_app', 'destination_env', 'policy'], limit: MAX_ROWS },
    signal,
  );
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
