import { readFileSync } from 'node:fs';
import { type Head, rowsOf, type Verification, verifyChains } from '../access/audit/chain.ts';
import { loadConfig } from '../config/load.ts';
import { Failure } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import { AUDIT, type AuditStore, createSqlAudit } from '../store/audit.ts';
import { openExisting } from './one-store.ts';
import { parse, UsageError } from './options.ts';

const USAGE = `audit verify [--heads FILE] [--json]   FILE: what --json printed earlier, kept somewhere else
audit query [--since TIME] [--until TIME] [--subject S] [--tool T] [--decision allowed|denied|error] [--request ID] [--limit 50]
audit export   everything, as JSON lines`;

/** `illumio-mcp audit …`: the record of calls. */
export async function run(argv: readonly string[]): Promise<void> {
  const [action = '', ...rest] = argv;
  switch (action) {
    case 'verify':
      return verify(parse(rest, { heads: { type: 'string' }, json: { type: 'boolean' } }));
    case 'query':
      return query(rest);
    case 'export':
      parse(rest, {});
      return exportAll();
    default:
      throw new UsageError(`say what to do:\n${USAGE}`);
  }
}

async function withStore<T>(work: (store: AuditStore) => Promise<T>): Promise<T> {
  const store = createSqlAudit(await openExisting(loadConfig().settings, AUDIT, 'audit'));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function verify({ heads, json }: { readonly heads?: string; readonly json?: boolean }): Promise<void> {
  const earlier = heads === undefined ? [] : readHeads(heads);
  return withStore(async (store) => {
    const found = await verifyChains(store, earlier);
    process.stdout.write(json === true ? `${JSON.stringify(found, null, 2)}\n` : told(found, earlier.length > 0));
    if (found.broken.length > 0) process.exitCode = 1;
  });
}

function told({ entries, heads, broken }: Verification, against: boolean): string {
  const size = `${entries} entries in ${heads.length} chains`;
  if (broken.length > 0) return `${size}; ${broken.length} problems:\n${broken.join('\n')}\n`;
  const limit = against
    ? 'nothing noted earlier is missing'
    : 'the end of a chain could have been cut off: compare with --heads';
  return `${size}, whole; ${limit}\n`;
}

function readHeads(path: string): readonly Head[] {
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const heads: readonly unknown[] = isObject(parsed) && Array.isArray(parsed['heads']) ? parsed['heads'] : [];
  const read = heads.flatMap((head) =>
    isObject(head) &&
    typeof head['writer'] === 'string' &&
    typeof head['seq'] === 'number' &&
    typeof head['hash'] === 'string'
      ? [{ writer: head['writer'], seq: head['seq'], hash: head['hash'] }]
      : [],
  );
  if (read.length === 0 || read.length !== heads.length)
    throw new Failure('invalid_arguments', {
      message: `${path} holds no heads of \`audit verify --json\`.`,
      remedy: '',
    });
  return read;
}

function query(argv: readonly string[]): Promise<void> {
  const values = parse(argv, {
    since: { type: 'string' },
    until: { type: 'string' },
    subject: { type: 'string' },
    tool: { type: 'string' },
    decision: { type: 'string' },
    request: { type: 'string' },
    limit: { type: 'string', default: '50' },
  });
  if (!/^[1-9]\d{0,5}$/.test(values.limit)) throw new UsageError('--limit is a number of rows');
  return withStore(async (store) => {
    const rows = await store.query({
      since: timeOf(values.since),
      until: timeOf(values.until),
      sub: values.subject,
      tool: values.tool,
      decision: values.decision,
      requestId: values.request,
      limit: Number(values.limit),
    });
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  });
}

/** As the record writes times, so that they compare as text. */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UsageError(`${text} is not a time; write 2026-05-12 or 2026-05-12T09:00:00Z`);
  return new Date(ms).toISOString();
}

const exportAll = (): Promise<void> =>
  withStore(async (store) => {
    for (const writer of await store.writers())
      for await (const row of rowsOf(store, writer)) process.stdout.write(`${JSON.stringify(row)}\n`);
  });
