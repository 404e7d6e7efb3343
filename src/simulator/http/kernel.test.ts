import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startTiny } from '../testing/tiny-simulator.ts';
import { tinyEstate } from '../testing/tiny-estate.ts';
import type { FaultHook } from './fault-hook.ts';
import { createRateLimit } from './rate-limit.ts';
import { ApiError } from './route.ts';

const crowded = {
  ...tinyEstate(),
  labels: [
    ...tinyEstate().labels,
    ...Array.from({ length: 700 }, (_, n) => ({
      id: 100 + n,
      key: 'role',
      value: `Role ${n}`,
      createdMs: 0,
      updatedMs: 0,
      createdBy: 1,
    })),
  ],
};

describe('credentials and permissions', async () => {
  const tiny = await startTiny();
  const { call, refused, simulator } = tiny;
  const { readOnly } = simulator.keys;

  it('401 without or with wrong credentials, on unknown paths too', async () => {
    expect(await refused('GET', '/orgs/1/labels', { key: null })).toEqual([401, 'authentication_failed']);
    expect(await refused('GET', '/nonsense', { key: null })).toEqual([401, 'authentication_failed']);
    const wrong = { apiKey: simulator.apiKey, apiSecret: 'f'.repeat(64) };
    expect(await refused('GET', '/orgs/1/labels', { key: wrong })).toEqual([401, 'authentication_failed']);
  });

  it('asks none of node_available', async () => {
    expect((await call('GET', '/node_available', { key: null })).status).toBe(200);
  });

  it('403 for another org and for a read-only key that writes', async () => {
    expect((await refused('GET', '/orgs/2/labels'))[0]).toBe(403);
    const body = { key: 'env', value: 'X' };
    expect((await refused('POST', '/orgs/1/labels', { body, key: readOnly }))[0]).toBe(403);
    expect((await refused('POST', '/orgs/1/sec_policy', { body: {}, key: readOnly }))[0]).toBe(403);
    const read = await call('GET', '/orgs/1/sec_policy/draft/rule_sets/1', { key: readOnly });
    expect(read.json).toMatchObject({ caps: [] });
  });

  it('seeds keys of the documented form', () => {
    for (const { apiKey, apiSecret } of Object.values(simulator.keys)) {
      expect(apiKey).toMatch(/^api_[0-9a-f]{17}$/);
      expect(apiSecret).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('404, 405, 400 and 406 come as token arrays', async () => {
    expect(await refused('GET', '/orgs/1/nothing')).toEqual([404, 'not_found_error']);
    expect(await refused('GET', '/orgs/1/labels/999')).toEqual([404, 'not_found_error']);
    expect(await refused('DELETE', '/orgs/1/labels')).toEqual([405, 'method_not_allowed_error']);
    expect((await refused('POST', '/orgs/1/labels', { body: '{"key":' }))[0]).toBe(400);
    expect(await refused('POST', '/orgs/1/labels')).toEqual([406, 'input_validation_error']);
    expect((await refused('PUT', '/orgs/1/labels/1'))[0]).toBe(406);
    expect(await refused('PUT', '/orgs/1/sec_policy/active/ip_lists/2', { body: {} })).toEqual([
      405,
      'method_not_allowed_error',
    ]);
  });

  it('refuses unknown keys and wrong types in the words of the json-schema gem', async () => {
    const messages = async (body: unknown) =>
      (await call('POST', '/orgs/1/labels', { body })).json as { message: string }[];
    expect((await messages({ key: 'env', value: 'x', colour: 1 }))[0]?.message).toBe(
      'Input validation failed. Details: {The property \'#/\' contains additional properties ["colour"] outside of the schema when none are allowed in schema labels_post.schema.json}',
    );
    expect((await messages({ key: 'env', value: 7 }))[0]?.message).toBe(
      "Input validation failed. Details: {The property '#/value' of type Integer did not match the following type: string in schema labels_post.schema.json}",
    );
    expect((await messages(null))[0]?.message).toBe(
      "Input validation failed. Details: {The property '#/' of type NilClass did not match the following type: object in schema labels_post.schema.json}",
    );
  });
});

describe('collections and headers', async () => {
  const { call, simulator } = await startTiny(crowded);
  const count = async (query: string) => {
    const { json, headers } = await call('GET', `/orgs/1/labels${query}`);
    return [(json as unknown[]).length, headers['x-total-count'], headers['x-matched-count']];
  };

  it('gives 500 rows unless told otherwise, and both counts', async () => {
    expect(await count('')).toEqual([500, '707', '707']);
    expect(await count('?max_results=99999')).toEqual([707, '707', '707']);
    expect(await count('?max_results=3')).toEqual([3, '707', '707']);
    expect(await count('?max_results=0')).toEqual([0, '707', '707']);
    expect(await count('?key=env')).toEqual([2, '707', '2']);
    expect(await count('?include=labels&sort=up')).toEqual([500, '707', '707']);
  });

  it('names the type exactly and every request apart', async () => {
    const [first, second] = [await call('GET', '/orgs/1/labels'), await call('GET', '/orgs/1/labels/1')];
    expect(first.headers['content-type']).toBe('application/json');
    expect(second.headers['content-type']).toBe('application/json');
    expect(second.headers).toMatchObject({ status: '200 OK', 'cache-control': 'no-store' });
    expect(first.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id']);
  });

  it('compresses when asked', async () => {
    const plain = await call('GET', '/orgs/1/labels?max_results=700');
    const packed = await call('GET', '/orgs/1/labels?max_results=700', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.text).toBe(plain.text);
  });

  it('survives a client that hangs up in the middle of a download', async () => {
    const auth = `${simulator.apiKey}:${simulator.apiSecret}`;
    await new Promise<void>((resolve) => {
      get(`${simulator.url}/api/v2/orgs/1/labels?max_results=700`, { auth }, (response) => {
        response.once('data', () => response.destroy());
        response.once('close', resolve);
      });
    });
    expect((await call('GET', '/orgs/1/labels?max_results=0')).status).toBe(200);
  });

  it('ignores Prefer outside collections', async () => {
    const headers = { Prefer: 'respond-async' };
    expect((await call('GET', '/orgs/1/labels/1', { headers })).status).toBe(200);
    expect((await call('POST', '/orgs/1/labels', { headers, body: { key: 'env', value: 'Async' } })).status).toBe(201);
  });

  it('writes 204 without a body', async () => {
    const { status, text, headers } = await call('PUT', '/orgs/1/labels/5', { body: { value: 'Production' } });
    expect([status, text, headers['content-type']]).toEqual([204, '', undefined]);
    expect(simulator.world.label(5)?.value).toBe('Production');
  });
});

describe('quota', async () => {
  const generous = await startTiny(tinyEstate(), { rateLimit: 500 });
  const { call, refused, simulator } = await startTiny(tinyEstate(), { rateLimit: 3 });

  it('refuses request number four of a key with Retry-After, and nobody else', async () => {
    for (let n = 0; n < 3; n++) expect((await call('GET', '/noop')).status).toBe(200);
    const { status, headers, json } = await call('GET', '/noop');
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(json).toMatchObject([{ token: 'too_many_requests_error' }]);
    expect((await call('GET', '/noop', { key: simulator.keys.readOnly })).status).toBe(200);
    expect((await refused('GET', '/noop'))[0]).toBe(429);
  });

  it.each(['vens', 'workloads'])('allows ten unpairs of %s a minute, whatever the general quota', async (kind) => {
    const path = `/orgs/1/${kind}/unpair`;
    const body = { [kind]: [{ href: `/orgs/1/${kind}/00000000-0000-4000-8000-000000000099` }] };
    const statuses: unknown[] = [];
    for (let n = 0; n < 11; n++) statuses.push((await generous.refused('PUT', path, { body }))[0]);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 404), 429]);
  });

  it.each(['vens', 'workloads'])('takes a thousand %s to unpair in one call, and not one more', async (kind) => {
    const unpair = (count: number) => {
      const body = { [kind]: Array.from({ length: count }, () => ({ href: `/orgs/1/${kind}/none` })) };
      return generous.refused('PUT', `/orgs/1/${kind}/unpair`, { body, key: generous.simulator.keys.scoped });
    };
    expect(await unpair(1000)).toEqual([404, 'not_found_error']);
    expect(await unpair(1001)).toEqual([406, 'input_validation_error']);
  });

  it('slides: a slot is free a minute after it was taken', () => {
    let now = 0;
    const limit = createRateLimit(2, () => now);
    limit('key');
    now = 30_000;
    limit('key');
    now = 59_000;
    expect(() => limit('key')).toThrow(ApiError);
    now = 60_001;
    limit('key');
    expect(() => limit('key')).toThrow(expect.objectContaining({ headers: { 'Retry-After': '30' } }));
  });
});

describe('hooks and routes of others', async () => {
  const seen: string[] = [];
  const faults: FaultHook = {
    before({ url, raw }) {
      if (!url.startsWith('/_control')) return 'continue';
      raw.response.end('controlled');
      return 'handled';
    },
    wrap({ url, number, caller }, answer) {
      seen.push(`${number} ${caller?.username} ${url} ${answer.status}`);
      if (url.endsWith('type')) return { ...answer, headers: { ...answer.headers, 'Content-Type': 'text/html' } };
      return answer;
    },
  };
  const { call, simulator } = await startTiny(tinyEstate(), {
    faults,
    extraRoutes: [
      {
        method: 'GET',
        path: '/orgs/:org/labels/special',
        access: 'read',
        handle: () => ({ status: 200, json: 'own' }),
      },
    ],
  });

  it('may answer before the kernel, outside the API', async () => {
    expect(await (await fetch(`${simulator.url}/_control`)).text()).toBe('controlled');
    expect((await fetch(`${simulator.url}/elsewhere`)).status).toBe(404);
  });

  it('may change an answer, which was carried out', async () => {
    seen.length = 0;
    expect((await call('GET', '/orgs/1/labels?wrong=type')).headers['content-type']).toBe('text/html');
    expect(seen[0]).toMatch(/^\d+ owner@example.com \/api\/v2\/orgs\/1\/labels\?wrong=type 200$/);
  });

  it('routes literal segments before parameters', async () => {
    expect((await call('GET', '/orgs/1/labels/special')).json).toBe('own');
    expect((await call('GET', '/orgs/1/labels/1')).json).toMatchObject({ key: 'role' });
  });
});
