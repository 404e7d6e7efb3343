import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { ApprovalRecord, CallIdentity, ConfirmationStore } from '../../store/confirmations.ts';
import { mintToken, verifyToken } from './token.ts';

/** What a call would do, as a person reads it, and a digest of it. */
export interface Preview {
  /** Null where nothing could be computed: then only the arguments are bound. */
  readonly digest: string | null;
  /** One or two sentences. */
  readonly says: string;
  readonly sections: readonly PreviewSection[];
}

/** A part of a preview: objects that change with their differences, requests, warnings. */
export interface PreviewSection {
  readonly title: string;
  readonly entries: readonly { readonly text: string; readonly details: readonly string[] }[];
}

/** A call that asks to be let through. */
export interface Asking extends CallIdentity {
  /** As the client gave it, wherever. */
  readonly token: string | undefined;
  /** Computed only when it is needed. */
  readonly preview: () => Promise<Preview>;
}

/** Somebody who is signed in and asks for a token or approves. */
export interface Confirmer {
  readonly issuer: string;
  readonly subject: string;
  readonly groups: readonly string[];
}

export type ConfirmMode = 'token' | 'person' | 'second';

export interface Minted {
  readonly token: string;
  readonly id: string;
  readonly expiresInSeconds: number;
}

/** Why `/confirm` gives no token. */
export type MintRefusal = 'preview_required' | 'person_required';

/** What an approval page shows. */
export type Approval = Omit<ApprovalRecord, 'document'> & {
  readonly preview: Preview;
  /** Whether it is for this person to judge; in mode `second` not for who asked. */
  readonly mayJudge: boolean;
};

export type Verdict = 'approved' | 'denied' | 'gone' | 'not_yours';

export interface Confirmations {
  readonly mode: ConfirmMode;
  /** Lets the call through once, returning the id of its confirmation, or throws what tells the caller how to get one. */
  pass(call: Asking): Promise<string>;
  /** Mode `token`: a token for a call, spendable once. `needsPreview`: only while a preview of exactly this call is kept. */
  mint(call: CallIdentity, options: { readonly needsPreview: boolean }): Promise<Minted | MintRefusal>;
  /** What is to be approved; null where there is nothing, or nothing any more, or nothing for this person. */
  look(id: string, person: Confirmer): Promise<Approval | null>;
  judge(id: string, person: Confirmer, verdict: 'approve' | 'deny'): Promise<Verdict>;
  prune(): Promise<void>;
}

export interface ConfirmationsOptions {
  readonly store: ConfirmationStore;
  /** Signs the tokens; base64 of 32 bytes. */
  readonly key: Secret;
  readonly mode: ConfirmMode;
  readonly ttlSeconds: number;
  /** Groups that may approve in mode `second`; none: everybody who is signed in and somebody else. */
  readonly approvers: readonly string[];
  /** Where the approval page of an id is. */
  readonly approvalUrl: (id: string) => string;
  readonly clock: Clock;
}

/** A person needs longer than a program: reading, asking a colleague. */
const PERSON_TTL_MS = 10 * 60_000;

export function createConfirmations({
  store,
  key,
  mode,
  ttlSeconds,
  approvers,
  approvalUrl,
  clock,
}: ConfirmationsOptions): Confirmations {
  async function withToken({ token, preview, ...call }: Asking & { token: string }): Promise<string> {
    const spendable = verifyToken(key, token, call, clock.now());
    // Spent first: of two calls with one token at most one goes on, whatever the preview takes.
    if (!(await store.spend(spendable.id, spendable.expiresMs))) throw new Failure('confirm_token_replay');
    if (spendable.previewDigest !== null) {
      const now = await preview();
      if (now.digest !== spendable.previewDigest) {
        // What was confirmed is not what would happen (attack 21): the new preview needs a new confirmation.
        await keep(call, now);
        throw required(call, null, 'What this call would do has changed since it was confirmed; look at it again.');
      }
    }
    return spendable.id;
  }

  async function keep(call: CallIdentity, preview: Preview): Promise<string> {
    const nowMs = clock.now();
    const id = randomBytes(24).toString('base64url');
    await store.ask({
      id,
      issuer: call.issuer,
      subject: call.subject,
      tool: call.tool,
      paramsHash: call.paramsHash,
      previewDigest: preview.digest,
      document: JSON.stringify({ says: preview.says, sections: preview.sections }),
      state: 'open',
      approver: null,
      createdMs: nowMs,
      expiresMs: nowMs + (mode === 'token' ? ttlSeconds * 1000 : PERSON_TTL_MS),
    });
    return id;
  }

  async function withPerson({ preview, token: _token, ...call }: Asking): Promise<string> {
    const kept = await store.findFor(call, clock.now());
    // Without a digest the arguments alone are bound, and there is nothing to compute again.
    const now = kept?.previewDigest === null ? null : await preview();
    const same = kept !== null && (now === null || kept.previewDigest === now.digest);
    if (same && kept.state === 'approved') {
      if (await store.decide(kept.id, 'approved', 'spent', clock.now())) return kept.id;
      throw new Failure('confirm_token_replay');
    }
    if (same && kept.state === 'denied')
      throw new Failure('forbidden', {
        message: 'The change was shown to a person, who denied it.',
        remedy: 'Do not repeat it; ask the person what to do instead.',
      });
    const id = same && kept.state === 'open' ? kept.id : await keep(call, now ?? (await preview()));
    const who = mode === 'second' ? 'Somebody else' : 'The person you work for';
    throw required(call, approvalUrl(id), `${who} must approve this call on the page of approval_url; then repeat it.`);
  }

  return {
    mode,
    async pass(call) {
      if (mode !== 'token') return withPerson(call);
      if (call.token !== undefined) return withToken({ ...call, token: call.token });
      const { token: _token, preview, ...identity } = call;
      await keep(identity, await preview());
      throw required(identity, null, undefined);
    },
    async mint(call, { needsPreview }) {
      if (mode !== 'token') return 'person_required';
      const kept = await store.findFor(call, clock.now());
      if (needsPreview && kept === null) return 'preview_required';
      const expiresMs = clock.now() + ttlSeconds * 1000;
      const minted = mintToken(key, call, { previewDigest: kept?.previewDigest ?? null, expiresMs });
      return { ...minted, expiresInSeconds: ttlSeconds };
    },
    async look(id, person) {
      const record = await store.find(id);
      if (record === null || record.expiresMs <= clock.now() || !maySee(record, person)) return null;
      const { document, ...facts } = record;
      const preview = { digest: record.previewDigest, ...readDocument(document) };
      return { ...facts, preview, mayJudge: mayJudge(record, person) };
    },
    async judge(id, person, verdict) {
      const record = await store.find(id);
      if (record === null || !maySee(record, person)) return 'gone';
      if (!mayJudge(record, person)) return 'not_yours';
      const to = verdict === 'approve' ? 'approved' : 'denied';
      return (await store.decide(id, 'open', to, clock.now(), person)) ? to : 'gone';
    },
    prune: () => store.prune(clock.now()),
  };

  /** An id that is not for this person looks like one that does not exist (attack 17). */
  function maySee(record: ApprovalRecord, person: Confirmer): boolean {
    return isAsker(record, person) || (mode === 'second' && isApprover(person));
  }

  function mayJudge(record: ApprovalRecord, person: Confirmer): boolean {
    return mode === 'second' ? !isAsker(record, person) && isApprover(person) : isAsker(record, person);
  }

  function isApprover({ groups }: Confirmer): boolean {
    return approvers.length === 0 || groups.some((group) => approvers.includes(group));
  }
}

const isAsker = (record: ApprovalRecord, { issuer, subject }: Confirmer): boolean =>
  record.issuer === issuer && record.subject === subject;

function required({ paramsHash }: CallIdentity, url: string | null, message: string | undefined): Failure {
  if (url === null) return new Failure('confirm_required', { message, data: { params_hash: paramsHash } });
  return new Failure('confirm_required', {
    message,
    remedy: 'Show the approval_url to the person and repeat exactly this call once it is approved.',
    data: { params_hash: paramsHash },
    approvalUrl: url,
  });
}

function readDocument(text: string): Pick<Preview, 'says' | 'sections'> {
  const { says, sections } = JSON.parse(text) as Pick<Preview, 'says' | 'sections'>; // written by `keep`
  return { says, sections };
}
