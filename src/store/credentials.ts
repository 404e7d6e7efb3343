import type { Part } from './migrate.ts';
import { bytesOf, marks, numberOf, type Sql, type SqlRow, textOrNull } from './sql.ts';

/** Somebody's registered PCE key. Key and secret are sealed; what they belong to is not. */
export interface CredentialRecord {
  readonly issuer: string;
  readonly subject: string;
  readonly host: string;
  readonly port: number;
  readonly orgId: string;
  readonly tlsVerify: boolean;
  readonly label: string | null;
  readonly apiKeySealed: Uint8Array;
  readonly apiSecretSealed: Uint8Array;
  /** Which key-encryption key sealed them. */
  readonly keyId: string;
  /** Another one after every registration, so that other replicas drop the connection they made of the one before. */
  readonly version: string;
  readonly createdMs: number;
  readonly lastUsedMs: number | null;
}

type Owner = Pick<CredentialRecord, 'issuer' | 'subject'>;
type Sealed = Pick<CredentialRecord, 'apiKeySealed' | 'apiSecretSealed' | 'keyId'>;

export interface CredentialStore {
  /** Stores a key, in place of the one before; the time of the first registration stays. */
  put(record: CredentialRecord): Promise<void>;
  find(owner: Owner): Promise<CredentialRecord | null>;
  /** False when there was none. */
  remove(owner: Owner): Promise<boolean>;
  list(): Promise<readonly CredentialRecord[]>;
  /** Replaces only how it is sealed; false when it was registered anew or deleted since it was read. */
  reseal(record: CredentialRecord, sealed: Sealed): Promise<boolean>;
  used(owner: Owner, nowMs: number): Promise<void>;
  close(): Promise<void>;
}

export const CREDENTIALS: Part = {
  name: 'credentials',
  migrations: [
    // Not the reference server's `user_pce_credentials`, whose blobs do not say which key or field they belong to
    // (reference-server.md §3.5): a table of that name in the file is left alone.
    ({ integer, bytes }) => [
      `CREATE TABLE pce_credentials (
        iss TEXT NOT NULL,
        sub TEXT NOT NULL,
        pce_host TEXT NOT NULL,
        pce_port INTEGER NOT NULL,
        pce_org_id TEXT NOT NULL,
        tls_verify INTEGER NOT NULL,
        label TEXT,
        api_key_enc ${bytes} NOT NULL,
        api_secret_enc ${bytes} NOT NULL,
        kek_id TEXT NOT NULL,
        version TEXT NOT NULL,
        created_ms ${integer} NOT NULL,
        last_used_ms ${integer},
        PRIMARY KEY (iss, sub)
      )`,
    ],
  ],
};

const COLUMNS =
  'iss, sub, pce_host, pce_port, pce_org_id, tls_verify, label, api_key_enc, api_secret_enc, kek_id, version, created_ms, last_used_ms';
const REPLACED = COLUMNS.split(', ')
  .filter((column) => !['iss', 'sub', 'created_ms'].includes(column))
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/** Credentials in a database. */
export function createSqlCredentials(sql: Sql): CredentialStore {
  return {
    async put(record) {
      const values = valuesOf(record);
      await sql.run(
        `INSERT INTO pce_credentials (${COLUMNS}) VALUES (${marks(values.length)}) ON CONFLICT (iss, sub) DO UPDATE SET ${REPLACED}`,
        values,
      );
    },
    async find({ issuer, subject }) {
      const [row] = await sql.all(`SELECT ${COLUMNS} FROM pce_credentials WHERE iss = ? AND sub = ?`, [
        issuer,
        subject,
      ]);
      return row === undefined ? null : recordOf(row);
    },
    remove: async ({ issuer, subject }) =>
      (await sql.run('DELETE FROM pce_credentials WHERE iss = ? AND sub = ?', [issuer, subject])) === 1,
    list: async () =>
      (await sql.all(`SELECT ${COLUMNS} FROM pce_credentials ORDER BY iss, sub`)).map((row) => recordOf(row)),
    async reseal({ issuer, subject, version, keyId }, sealed) {
      const changed = await sql.run(
        'UPDATE pce_credentials SET api_key_enc = ?, api_secret_enc = ?, kek_id = ? WHERE iss = ? AND sub = ? AND version = ? AND kek_id = ?',
        [sealed.apiKeySealed, sealed.apiSecretSealed, sealed.keyId, issuer, subject, version, keyId],
      );
      return changed === 1;
    },
    async used({ issuer, subject }, nowMs) {
      await sql.run('UPDATE pce_credentials SET last_used_ms = ? WHERE iss = ? AND sub = ?', [nowMs, issuer, subject]);
    },
    close: () => sql.close(),
  };
}

const valuesOf = (record: CredentialRecord) => [
  record.issuer,
  record.subject,
  record.host,
  record.port,
  record.orgId,
  record.tlsVerify ? 1 : 0,
  record.label,
  record.apiKeySealed,
  record.apiSecretSealed,
  record.keyId,
  record.version,
  record.createdMs,
  record.lastUsedMs,
];

const recordOf = (row: SqlRow): CredentialRecord => ({
  issuer: String(row['iss']),
  subject: String(row['sub']),
  host: String(row['pce_host']),
  port: numberOf(row['pce_port']),
  orgId: String(row['pce_org_id']),
  tlsVerify: numberOf(row['tls_verify']) === 1,
  label: textOrNull(row['label']),
  apiKeySealed: bytesOf(row['api_key_enc']),
  apiSecretSealed: bytesOf(row['api_secret_enc']),
  keyId: String(row['kek_id']),
  version: String(row['version']),
  createdMs: numberOf(row['created_ms']),
  lastUsedMs: row['last_used_ms'] === null ? null : numberOf(row['last_used_ms']),
});
