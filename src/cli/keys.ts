import { randomBytes } from 'node:crypto';
import { loadKeks } from '../access/credentials/kek.ts';
import { type CredentialFacts, createKeystore } from '../access/credentials/keystore.ts';
import { loadConfig } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { createSqlCredentials, CREDENTIALS, type CredentialStore } from '../store/credentials.ts';
import { openExisting } from './one-store.ts';
import { parse, UsageError } from './options.ts';

const USAGE = `keys list [--json]
keys revoke --issuer ISSUER --subject SUBJECT
keys rotate     with the new key in MCP_KEK and the one before in MCP_KEK_PREVIOUS
keys generate   a new key for MCP_KEK, MCP_CONFIRM_HMAC_KEY or MCP_COOKIE_KEY`;

/** `illumio-mcp keys …`: the PCE keys callers have registered. None is ever shown. */
export async function run(argv: readonly string[]): Promise<void> {
  const [action = '', ...rest] = argv;
  switch (action) {
    case 'generate':
      parse(rest, {});
      return void process.stdout.write(`${randomBytes(32).toString('base64')}\n`);
    case 'list':
      return list(parse(rest, { json: { type: 'boolean' } }).json === true);
    case 'revoke':
      return revoke(parse(rest, { issuer: { type: 'string' }, subject: { type: 'string' } }));
    case 'rotate':
      parse(rest, {});
      return rotate();
    default:
      throw new UsageError(`say what to do:\n${USAGE}`);
  }
}

async function withStore<T>(work: (store: CredentialStore, settings: Settings) => Promise<T>): Promise<T> {
  const { settings } = loadConfig();
  const store = createSqlCredentials(await openExisting(settings, CREDENTIALS, 'credentials'));
  try {
    return await work(store, settings);
  } finally {
    await store.close();
  }
}

const list = (json: boolean): Promise<void> =>
  withStore(async (store) => {
    const rows = (await store.list()).map(shown);
    const lines = [...rows.map((row) => Object.values(row).join('  ')), `${rows.length} registered`];
    process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${lines.join('\n')}\n`);
  });

const shown = ({ issuer, subject, host, port, orgId, keyId, createdMs, lastUsedMs }: CredentialFacts) => ({
  subject,
  issuer,
  pce: `${host}:${port}`,
  org_id: orgId,
  kek_id: keyId,
  registered_at: new Date(createdMs).toISOString(),
  last_used_at: lastUsedMs === null ? 'never' : new Date(lastUsedMs).toISOString(),
});

function revoke({ issuer, subject }: { readonly issuer?: string; readonly subject?: string }): Promise<void> {
  if (issuer === undefined || subject === undefined) throw new UsageError(`name whose key:\n${USAGE}`);
  return withStore(async (store) => {
    const removed = await store.remove({ issuer, subject });
    process.stdout.write(removed ? 'revoked; running servers stop using it with the next call\n' : 'there was none\n');
    if (!removed) process.exitCode = 1;
  });
}

const rotate = (): Promise<void> =>
  withStore(async (store, { MCP_KEK: key, MCP_KEK_COMMAND: command, MCP_KEK_PREVIOUS: previous }) => {
    const keks = await loadKeks({ key, command, previous });
    const { moved, alreadyCurrent, unreadable } = await createKeystore({ store, keks, clock: systemClock }).rotate();
    process.stdout.write(`${moved} moved to key ${keks.current.id}, ${alreadyCurrent} were there already\n`);
    for (const { issuer, subject } of unreadable)
      process.stdout.write(`not readable with either key: ${subject} of ${issuer}\n`);
    if (unreadable.length > 0) process.exitCode = 1;
  });
