import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChains } from '../../src/access/audit/chain.ts';
import { AUDIT, createSqlAudit } from '../../src/store/audit.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Company, company } from './company.ts';

describe('the record', () => {
  let firm: Company;
  beforeAll(async () => {
    firm = await company({ mode: 'shared' });
  });
  afterAll(() => firm.close());

  it('has the reference server’s columns and the request id of the response', async () => {
    await firm.call('ana', 'get-labels', { max_results: 1 }, { headers: { 'x-request-id': 'trace-1' } });
    const [row] = firm.rows('audit.db', "SELECT * FROM audit_log WHERE request_id = 'trace-1'");
    expect(row).toMatchObject({
      sub: 'ana',
      iss: firm.gateway.issuer,
      tool: 'get-labels',
      decision: 'allowed',
      reason: null,
      role: 'admin',
      outcome: 'ok',
      effect: 'read',
    });
  });

  it('tells a failed PCE call from a good one, and denials with the reference server’s reasons', async () => {
    await firm.call('bob', 'get-labels', {}, { claims: { groups: [] } });
    await firm.call('bob', 'delete-label', { key: 'app', value: 'no-such' });
    await firm.call('bob', 'provision-policy', {}, { claims: { groups: ['readers'] } });
    await firm.call('bob', 'provision-policy');
    const rows = firm.rows('audit.db', "SELECT decision, reason FROM audit_log WHERE sub = 'bob' ORDER BY id");
    expect(rows.map(({ decision, reason }) => [decision, reason])).toEqual([
      ['denied', 'no role assigned'],
      ['error', expect.any(String)],
      ['denied', 'role not in tool roles'],
      expect.anything(),
    ]);
  });

  it('has a write twice, before and after, with its confirmation, and once in the view', async () => {
    await firm.call('cy', 'create-iplist', { name: 'twice', ip_ranges: [{ from_ip: '10.8.0.0/16' }] });
    await firm.confirmed('cy', 'provision-policy');
    const rows = firm.rows(
      'audit.db',
      "SELECT phase, outcome, confirmation_id, plan_id FROM audit_entries WHERE sub = 'cy' AND tool = 'provision-policy' ORDER BY id",
    );
    expect(rows).toEqual([
      { phase: 'ended', outcome: 'confirm_required', confirmation_id: null, plan_id: null },
      { phase: 'begun', outcome: null, confirmation_id: expect.any(String), plan_id: null },
      { phase: 'ended', outcome: 'ok', confirmation_id: expect.any(String), plan_id: expect.any(String) },
    ]);
    const minted = firm.rows(
      'audit.db',
      "SELECT confirmation_id FROM audit_log WHERE tool = '/confirm' AND sub = 'cy'",
    );
    expect(minted[0]?.['confirmation_id']).toBe(rows[1]?.['confirmation_id']);
  });

  it('never has arguments, but can tell whether two calls were the same', async () => {
    const canary = 'canary-argument-4711';
    await firm.call('dee', 'get-labels', { value: canary });
    await firm.call('dee', 'get-labels', { value: canary });
    await firm.call('dee', 'get-labels', { value: 'else' });
    const rows = firm.rows('audit.db', "SELECT * FROM audit_entries WHERE sub = 'dee' ORDER BY id");
    expect(JSON.stringify(rows)).not.toContain(canary);
    const digests = rows.map(({ args_digest: digest }) => digest);
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  it('has the request id that the response has', async () => {
    const response = await firm.gateway.ask(await firm.gateway.token({ sub: 'eli' }), {
      method: 'tools/call',
      params: { name: 'get-labels', arguments: { max_results: 1 } },
    });
    await response.text();
    const id = response.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(firm.rows('audit.db', "SELECT request_id FROM audit_log WHERE sub = 'eli'")).toEqual([{ request_id: id }]);
  });

  it('has decisions on what is no call of a tool: prompts, pages of knowledge, completions', async () => {
    const ask = async (groups: readonly string[], method: string, params: Readonly<Record<string, unknown>>) =>
      (await firm.gateway.ask(await firm.gateway.token({ sub: 'fay', groups }), { method, params })).text();
    const page = 'illumio://concepts/segmentation';
    for (const groups of [['readers'], []]) {
      await ask(groups, 'prompts/get', { name: 'daily-brief' });
      await ask(groups, 'resources/read', { uri: page });
      await ask(groups, 'completion/complete', {
        ref: { type: 'ref/prompt', name: 'investigate-host' },
        argument: { name: 'host', value: '' },
      });
    }
    const rows = firm.rows(
      'audit.db',
      "SELECT tool, targets, decision, reason FROM audit_entries WHERE sub = 'fay' ORDER BY id",
    );
    const asked = [
      { tool: 'prompts/get', targets: '["daily-brief"]' },
      { tool: 'resources/read', targets: JSON.stringify([page]) },
      { tool: 'completion/complete', targets: '["get-workloads"]' },
    ];
    expect(rows).toEqual([
      ...asked.map((each) => ({ ...each, decision: 'allowed', reason: null })),
      ...asked.map((each) => ({ ...each, decision: 'denied', reason: 'no role assigned' })),
    ]);
  });

  it('is whole', async () => {
    const sql = await openSqlite(join(firm.gateway.folder, 'audit.db'), [AUDIT]);
    const { entries, broken } = await verifyChains(createSqlAudit(sql));
    expect([entries > 10, broken]).toEqual([true, []]);
    await sql.close();
  });
});

describe('when the record cannot be written', () => {
  it('writes stop before anything is sent, and reads go on', async () => {
    const firm = await company({ mode: 'shared' });
    const path = join(firm.gateway.folder, 'audit.db');
    const vandal = new DatabaseSync(path);
    vandal.exec("CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    expect(
      await firm.call('ana', 'create-iplist', { name: 'never', ip_ranges: [{ from_ip: '10.7.0.0/16' }] }),
    ).toMatchObject({
      error: 'audit_unavailable',
    });
    const lists = await firm.call('ana', 'get-iplists', { name: 'never' });
    expect(lists).toMatchObject({ items: [] });
    vandal.exec('DROP TRIGGER full');
    vandal.close();
    expect(
      await firm.call('ana', 'create-iplist', { name: 'now', ip_ranges: [{ from_ip: '10.7.0.0/16' }] }),
    ).not.toHaveProperty('error');
    chmodSync(path, 0o600);
    await firm.close();
  });
});
