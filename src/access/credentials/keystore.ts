import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { CredentialRecord, CredentialStore } from '../../store/credentials.ts';
import { type Binding, rewrap, seal, unseal } from './envelope.ts';
import type { Kek, Keks } from './kek.ts';

/** Who a key belongs to: the subject means nothing without its issuer. */
export interface Owner {
  readonly issuer: string;
  readonly subject: string;
}

/** A PCE key and where it may be sent. */
export interface Credential {
  readonly host: string;
  readonly port: number;
  readonly orgId: string;
  readonly tlsVerify: boolean;
  readonly label: string | null;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
}

/** What may be shown of a registered key. */
export type CredentialFacts = Omit<CredentialRecord, 'apiKeySealed' | 'apiSecretSealed'>;

export interface Rotation {
  readonly moved: number;
  readonly alreadyCurrent: number;
  /** Sealed with a key that was not given, or damaged. */
  readonly unreadable: readonly Owner[];
}

/** The registered PCE keys, sealed at rest. */
export interface Keystore {
  save(owner: Owner, credential: Credential): Promise<CredentialFacts>;
  /** Null where none is registered. Throws `credentials_unreadable` where one is and cannot be opened. */
  open(owner: Owner): Promise<(Credential & { readonly version: string }) | null>;
  /** The facts without opening anything. */
  facts(owner: Owner): Promise<CredentialFacts | null>;
  remove(owner: Owner): Promise<boolean>;
  list(): Promise<readonly CredentialFacts[]>;
  /** Seals everything with the current key. Running servers that know both keys notice nothing. */
  rotate(): Promise<Rotation>;
  used(owner: Owner): Promise<void>;
}

export interface KeystoreOptions {
  readonly store: CredentialStore;
  readonly keks: Keks;
  readonly clock: Clock;
}

export function createKeystore({ store, keks, clock }: KeystoreOptions): Keystore {
  return {
    async save({ issuer, subject }, credential) {
      const { host, port, orgId, tlsVerify, label, apiKey, apiSecret } = credential;
      const facts: CredentialFacts = {
        issuer,
        subject,
        host,
        port,
        orgId,
        tlsVerify,
        label,
        keyId: keks.current.id,
        version: randomUUID(),
        createdMs: clock.now(),
        lastUsedMs: null,
      };
      const sealed = (text: Secret, column: Column) => seal(keks.current, text.reveal(), bindingOf(facts, column));
      await store.put({
        ...facts,
        apiKeySealed: sealed(apiKey, 'api_key'),
        apiSecretSealed: sealed(apiSecret, 'api_secret'),
      });
      return facts;
    },
    async open(owner) {
      const record = await store.find(owner);
      if (record === null) return null;
      const kek = keks.byId(record.keyId);
      const { host, port, orgId, tlsVerify, label, version } = record;
      try {
        if (kek === undefined) throw new Error('sealed with a key this server does not have');
        return {
          host,
          port,
          orgId,
          tlsVerify,
          label,
          version,
          apiKey: new Secret(unseal(kek, record.apiKeySealed, bindingOf(record, 'api_key'))),
          apiSecret: new Secret(unseal(kek, record.apiSecretSealed, bindingOf(record, 'api_secret'))),
        };
      } catch (cause) {
        throw new Failure('credentials_unreadable', { cause, detail: { keyId: record.keyId } });
      }
    },
    async facts(owner) {
      const record = await store.find(owner);
      return record === null ? null : factsOf(record);
    },
    remove: (owner) => store.remove(owner),
    list: async () => (await store.list()).map(factsOf),
    async rotate() {
      const counts = { moved: 0, alreadyCurrent: 0 };
      const unreadable: Owner[] = [];
      for (const record of await store.list()) {
        const kek = keks.byId(record.keyId);
        if (kek === keks.current) counts.alreadyCurrent++;
        else if (await moved(record, kek)) counts.moved++;
        else unreadable.push({ issuer: record.issuer, subject: record.subject });
      }
      return { ...counts, unreadable };
    },
    used: (owner) => store.used(owner, clock.now()),
  };

  async function moved(record: CredentialRecord, kek: Kek | undefined): Promise<boolean> {
    if (kek === undefined) return false;
    const { current } = keks;
    let sealed;
    try {
      sealed = {
        apiKeySealed: rewrap(kek, current, record.apiKeySealed, bindingOf(record, 'api_key')),
        apiSecretSealed: rewrap(kek, current, record.apiSecretSealed, bindingOf(record, 'api_secret')),
        keyId: current.id,
      };
    } catch {
      return false;
    }
    // False: registered anew or deleted meanwhile, and what is new is sealed with the current key.
    await store.reseal(record, sealed);
    return true;
  }
}

type Column = 'api_key' | 'api_secret';

/**
 * Where the key may be sent is part of what it is bound to: a row edited to another host, org or without TLS checks does not open
 * (attack 30), nor does one copied to another person or column.
 */
const bindingOf = (
  { issuer, subject, host, port, orgId, tlsVerify }: Omit<CredentialFacts, 'keyId' | 'version' | 'createdMs'>,
  column: Column,
): Binding => [issuer, subject, column, host, String(port), orgId, String(tlsVerify)];

const factsOf = ({ apiKeySealed: _key, apiSecretSealed: _secret, ...facts }: CredentialRecord): CredentialFacts =>
  facts;
