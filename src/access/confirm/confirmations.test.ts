import { describe, expect, it } from 'vitest';
import { Secret } from '../../core/secret.ts';
import { CONFIRMATIONS, createSqlConfirmations } from '../../store/confirmations.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { type Asking, type ConfirmMode, createConfirmations } from './confirmations.ts';

const SECTIONS = [{ title: 'What changes', entries: [{ text: 'a', details: ['b'] }] }];

const ana = { issuer: 'https://idp.example', subject: 'ana', groups: ['staff'] };
const ben = { issuer: 'https://idp.example', subject: 'ben', groups: ['approvers'] };
const HASH = 'ab'.repeat(32);

async function setUp(mode: ConfirmMode, key = Buffer.alloc(32, 7)) {
  const time = { now: 1_800_000_000_000 };
  const state = { digest: 'd1', previews: 0 };
  const confirmations = createConfirmations({
    store: createSqlConfirmations(await openSqlite(':memory:', [CONFIRMATIONS])),
    key: new Secret(key.toString('base64')),
    mode,
    ttlSeconds: 120,
    approvers: ['approvers'],
    approvalUrl: (id) => `https://gw.example/approve/${id}`,
    clock: { now: () => time.now },
  });
  const asking = (over: Partial<Asking> = {}): Asking => ({
    issuer: ana.issuer,
    subject: ana.subject,
    tool: 'provision-policy',
    paramsHash: HASH,
    token: undefined,
    preview: async () => {
      state.previews++;
      return { digest: state.digest, says: 'Provision 2 rulesets.', sections: SECTIONS };
    },
    ...over,
  });
  /** The token of a call that was refused first. */
  const confirmed = async (): Promise<string> => {
    await confirmations.pass(asking()).catch(() => {});
    const minted = await confirmations.mint(asking(), { needsPreview: true });
    if (typeof minted === 'string') throw new Error(minted);
    return minted.token;
  };
  const urlOf = async (): Promise<string> => {
    const failure = await confirmations.pass(asking()).then(
      () => {
        throw new Error('passed');
      },
      (error: { readonly approvalUrl: string }) => error,
    );
    return failure.approvalUrl.slice('https://gw.example/approve/'.length);
  };
  return { confirmations, asking, confirmed, urlOf, time, state };
}

describe('mode token', () => {
  it('refuses with the hash, and lets the call through once with a token of it', async () => {
    const { confirmations, asking, confirmed } = await setUp('token');
    await expect(confirmations.pass(asking())).rejects.toMatchObject({
      code: 'confirm_required',
      data: { params_hash: HASH },
    });
    const token = await confirmed();
    expect(await confirmations.pass(asking({ token }))).toMatch(/^[0-9a-f]{32}$/);
    await expect(confirmations.pass(asking({ token }))).rejects.toMatchObject({ code: 'confirm_token_replay' });
  });

  it('lets exactly one of many calls with the same token through', async () => {
    const { confirmations, asking, confirmed } = await setUp('token');
    const token = await confirmed();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => confirmations.pass(asking({ token }))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each<[string, Partial<Asking>]>([
    ['sub mismatch', { subject: 'ben' }],
    ['iss mismatch', { issuer: 'https://other.example' }],
    ['tool mismatch', { tool: 'ringfence-batch' }],
    ['params_hash mismatch', { paramsHash: 'cd'.repeat(32) }],
  ])('refuses a token of another call: %s', async (why, over) => {
    const { confirmations, asking, confirmed } = await setUp('token');
    const token = await confirmed();
    const refused = confirmations.pass(asking({ ...over, token }));
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_confirm_token',
      message: expect.stringContaining(why),
    });
  });

  it('refuses a token after its time, even by a moment', async () => {
    const { confirmations, asking, confirmed, time } = await setUp('token');
    const token = await confirmed();
    time.now += 120_000;
    await expect(confirmations.pass(asking({ token }))).rejects.toThrow('token expired');
  });

  it('takes a token that was minted late in the life of the preview', async () => {
    const { confirmations, asking, time } = await setUp('token');
    await confirmations.pass(asking()).catch(() => {});
    time.now += 119_000;
    const minted = await confirmations.mint(asking(), { needsPreview: true });
    time.now += 100_000;
    if (typeof minted === 'string') throw new Error(minted);
    await expect(confirmations.pass(asking({ token: minted.token }))).resolves.toBe(minted.id);
  });

  it('refuses a token of which any character is another', async () => {
    const { confirmations, asking, confirmed } = await setUp('token');
    const token = await confirmed();
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const forged = token.slice(0, at) + other + token.slice(at + 1);
      // The last character of base64 carries bits that are not part of the value.
      if (
        Buffer.from(forged.split('.')[1] ?? '', 'base64url').equals(
          Buffer.from(token.split('.')[1] ?? '', 'base64url'),
        ) &&
        at > token.indexOf('.')
      )
        continue;
      await expect(confirmations.pass(asking({ token: forged }))).rejects.toMatchObject({
        code: 'invalid_confirm_token',
      });
    }
  });

  it.each(['', 'x', 'a.b', 'a.b.c', `${'a'.repeat(5000)}.b`])('refuses what is no token: %#', async (token) => {
    const { confirmations, asking } = await setUp('token');
    await expect(confirmations.pass(asking({ token }))).rejects.toMatchObject({ code: 'invalid_confirm_token' });
  });

  it('refuses a token signed with another key', async () => {
    const theirs = await setUp('token', Buffer.alloc(32, 8));
    const token = await theirs.confirmed();
    const { confirmations, asking } = await setUp('token');
    await expect(confirmations.pass(asking({ token }))).rejects.toThrow('invalid signature');
  });

  it('gives no token for a change nobody has been shown', async () => {
    const { confirmations, asking, time } = await setUp('token');
    expect(await confirmations.mint(asking(), { needsPreview: true })).toBe('preview_required');
    await confirmations.pass(asking()).catch(() => {});
    time.now += 120_000;
    expect(await confirmations.mint(asking(), { needsPreview: true })).toBe('preview_required');
  });

  it('asks again when the call would do something else than was confirmed', async () => {
    const { confirmations, asking, confirmed, state } = await setUp('token');
    const token = await confirmed();
    state.digest = 'd2';
    await expect(confirmations.pass(asking({ token }))).rejects.toMatchObject({
      code: 'confirm_required',
      message: expect.stringContaining('has changed'),
    });
    state.digest = 'd1';
    await expect(confirmations.pass(asking({ token }))).rejects.toMatchObject({ code: 'confirm_token_replay' });
  });
});

describe('mode person', () => {
  it('lets the call through once after the same person approved it', async () => {
    const { confirmations, asking, urlOf } = await setUp('person');
    const id = await urlOf();
    expect((await confirmations.look(id, ana))?.preview).toMatchObject({
      says: 'Provision 2 rulesets.',
      sections: SECTIONS,
    });
    await expect(confirmations.pass(asking())).rejects.toMatchObject({ code: 'confirm_required' });
    expect(await urlOf()).toBe(id);
    expect(await confirmations.judge(id, ana, 'approve')).toBe('approved');
    expect(await confirmations.pass(asking())).toBe(id);
    await expect(confirmations.pass(asking())).rejects.toMatchObject({ code: 'confirm_required' });
  });

  it('gives no tokens and takes none', async () => {
    const { confirmations, asking } = await setUp('person');
    const { confirmed } = await setUp('token');
    expect(await confirmations.mint(asking(), { needsPreview: false })).toBe('person_required');
    await expect(confirmations.pass(asking({ token: await confirmed() }))).rejects.toMatchObject({
      code: 'confirm_required',
    });
  });

  it('shows somebody else nothing and takes nothing from them', async () => {
    const { confirmations, urlOf } = await setUp('person');
    const id = await urlOf();
    expect(await confirmations.look(id, ben)).toBeNull();
    expect(await confirmations.judge(id, ben, 'approve')).toBe('gone');
  });

  it('refuses the call once it was denied', async () => {
    const { confirmations, asking, urlOf } = await setUp('person');
    const id = await urlOf();
    expect(await confirmations.judge(id, ana, 'deny')).toBe('denied');
    expect(await confirmations.judge(id, ana, 'approve')).toBe('gone');
    await expect(confirmations.pass(asking())).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('forgets an approval that was not used in time, and one of another change', async () => {
    const { confirmations, asking, urlOf, time, state } = await setUp('person');
    await confirmations.judge(await urlOf(), ana, 'approve');
    state.digest = 'd2';
    await expect(confirmations.pass(asking())).rejects.toMatchObject({ code: 'confirm_required' });
    await confirmations.judge(await urlOf(), ana, 'approve');
    time.now += 600_000;
    await expect(confirmations.pass(asking())).rejects.toMatchObject({ code: 'confirm_required' });
  });
});

describe('mode second', () => {
  it('needs somebody else, of an approving group', async () => {
    const { confirmations, asking, urlOf } = await setUp('second');
    const id = await urlOf();
    expect(await confirmations.judge(id, ana, 'approve')).toBe('not_yours');
    expect(await confirmations.judge(id, { ...ben, groups: [] }, 'approve')).toBe('gone');
    expect(await confirmations.judge(id, { ...ana, groups: ['approvers'] }, 'approve')).toBe('not_yours');
    expect(await confirmations.judge(id, ben, 'approve')).toBe('approved');
    expect(await confirmations.pass(asking())).toBe(id);
  });
});
