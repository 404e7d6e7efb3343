import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asking, type Json, type Pce, startPce } from '../../../test/contract/simulator-traffic/harness.ts';
import { createSimulator } from '../simulator.ts';
import type { Fault } from './fault.ts';

const LABELS = '/orgs/1/labels';

let pce: Pce;
beforeEach(async () => {
  pce = await startPce();
});
afterEach(() => pce.close());

const plan = (...faults: readonly Fault[]) =>
  pce.control<{ readonly faults: readonly Json[] }>('POST', '/faults', faults);
const get = (path = `${LABELS}?max_results=20`, headers = {}) => pce.call('GET', path, { headers });
const statuses = async (count: number) => {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await get()).status);
  return found;
};

describe('which requests are hit', () => {
  const down = { kind: 'status', status: 503 } as const;

  test('once, from the nth on, as often as asked, or always', async () => {
    await plan({ match: { path: LABELS }, effect: down });
    expect(await statuses(3)).toEqual([503, 200, 200]);
    await plan({ match: { path: LABELS, nth: 2, count: 2 }, effect: down });
    expect(await statuses(5)).toEqual([200, 503, 503, 200, 200]);
    await plan({ match: { path: LABELS, count: 0 }, effect: down });
    expect(await statuses(3)).toEqual([503, 503, 503]);
  });

  test('by method and by path, stars within a segment or across', async () => {
    await plan({ match: { method: 'POST', path: '/orgs/*/labels', count: 0 }, effect: down });
    expect((await pce.call('POST', LABELS, { body: { key: 'app', value: 'x' } })).status).toBe(503);
    expect((await get()).status).toBe(200);
    await pce.control('DELETE', '/faults');
    await plan({ match: { path: '/orgs/*', count: 0 }, effect: down });
    expect((await get()).status).toBe(200);
    await plan({ match: { path: '/orgs/**', count: 0 }, effect: down });
    expect((await get()).status).toBe(503);
  });

  test('by number since the start', async () => {
    const numbered = await createSimulator({
      estate: pce.world.estate,
      faults: [{ match: { number: 2 }, effect: down }],
    });
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) seen.push((await fetch(`${numbered.url}/api/v2/node_available`)).status);
    expect(seen).toEqual([200, 503, 200]);
    await numbered.close();
  });

  test('by chance, which is the seed’s', async () => {
    const draw = async () => {
      const simulator = await createSimulator({
        estate: pce.world.estate,
        rateLimit: 'off',
        faults: [{ match: { probability: 0.5, count: 0 }, effect: down }],
      });
      const seen: number[] = [];
      for (let i = 0; i < 30; i++) seen.push((await fetch(`${simulator.url}/api/v2/node_available`)).status);
      await simulator.close();
      return seen;
    };
    const first = await draw();
    expect(first).toContain(200);
    expect(first).toContain(503);
    expect(await draw()).toEqual(first);
  });

  test('the plan tells what it hit, and one fault can be taken back', async () => {
    const { faults } = await plan({ match: { path: LABELS, nth: 2 }, effect: down }, { match: {}, effect: down });
    const [first, second] = faults.map(({ id }) => String(id));
    await statuses(3);
    await pce.control('DELETE', `/faults/${first}`);
    const left = await pce.control<{ readonly faults: readonly Json[] }>('GET', '/faults');
    expect(left.faults).toEqual([expect.objectContaining({ id: second, matched: 3, hit: 1 })]);
    await expect(pce.control('DELETE', '/faults/99')).rejects.toThrow(/404/);
  });

  test('nonsense is refused', async () => {
    await expect(pce.control('POST', '/faults', [{ match: {}, effect: { kind: 'explode' } }])).rejects.toThrow(/406/);
    await expect(pce.control('POST', '/faults', { match: {} })).rejects.toThrow(/406/);
  });
});

describe('what happens', () => {
  test('latency', async () => {
    await plan({ match: { path: LABELS }, effect: { kind: 'latency', ms: 1000 } });
    const order: string[] = [];
    const slow = get().then(({ status }) => order.push(`first ${status}`));
    await get('/orgs/1/workloads?max_results=1').then(({ status }) => order.push(`second ${status}`));
    await slow;
    expect(order).toEqual(['second 200', 'first 200']);
  });

  test('429 with and without Retry-After, in bursts', async () => {
    await plan(
      { match: { count: 2 }, effect: { kind: 'rate_limit', retry_after: 3 } },
      { match: { nth: 3 }, effect: { kind: 'rate_limit' } },
    );
    const answers = [await get(), await get(), await get(), await get()];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429, 200]);
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(['3', '3', null, null]);
    expect(await answers[0]?.json()).toMatchObject([{ token: 'too_many_requests_error' }]);
  });

  test('an error before or after the request was carried out', async () => {
    const create = async (value: string) => (await pce.call('POST', LABELS, { body: { key: 'app', value } })).status;
    const exists = async (value: string) => (await pce.json<readonly Json[]>('GET', `${LABELS}?value=${value}`)).length;
    await plan({ match: { method: 'POST' }, effect: { kind: 'status', status: 502 } });
    expect(await create('never-made')).toBe(502);
    expect(await exists('never-made')).toBe(0);
    await plan({ match: { method: 'POST' }, effect: { kind: 'status', status: 502, when: 'after' } });
    expect(await create('made-anyway')).toBe(502);
    expect(await exists('made-anyway')).toBe(1);
  });

  test('a reset before, after, or in the middle of the answer', async () => {
    const create = (value: string) => pce.call('POST', LABELS, { body: { key: 'app', value } });
    const exists = async (value: string) => (await pce.json<readonly Json[]>('GET', `${LABELS}?value=${value}`)).length;
    await plan({ match: { method: 'POST' }, effect: { kind: 'reset' } });
    await expect(create('reset-before')).rejects.toThrow('fetch failed');
    expect(await exists('reset-before')).toBe(0);
    await plan({ match: { method: 'POST' }, effect: { kind: 'reset', when: 'after' } });
    await expect(create('reset-after')).rejects.toThrow('fetch failed');
    expect(await exists('reset-after')).toBe(1);

    await plan({ match: {}, effect: { kind: 'reset', after_bytes: 300 } });
    const broken = await get();
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow();
  });

  test('an answer that ends early and looks complete', async () => {
    await plan({ match: {}, effect: { kind: 'truncate', after_bytes: 300 } });
    const answer = await get();
    const text = await answer.text();
    expect(Buffer.byteLength(text)).toBe(300);
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(await (await get()).text()).toMatch(text.slice(0, 1));
  });

  test('a slow drip loses nothing', async () => {
    const whole = await (await get()).text();
    await plan({ match: {}, effect: { kind: 'drip', bytes: 500, every_ms: 5 } });
    const answer = await get();
    const pieces: string[] = [];
    const decoder = new TextDecoder();
    for await (const piece of answer.body ?? []) pieces.push(decoder.decode(piece, { stream: true }));
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(whole);
  });

  test('a wrong content type', async () => {
    await plan({ match: {}, effect: { kind: 'content_type', value: 'text/html; charset=utf-8' } });
    expect((await get()).headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await get()).headers.get('content-type')).toBe('application/json');
  });

  test('`completed` before the result exists', async () => {
    const { href, flows_count } = await pce.finished(asking());
    await plan({ match: { path: '/orgs/*/traffic_flows/async_queries/*/download' }, effect: { kind: 'empty_result' } });
    expect(await pce.json('GET', `${href}/download`)).toEqual([]);
    expect(await pce.json('GET', `${href}/download`)).toHaveLength(Number(flows_count));
  });

  test('an expired query', async () => {
    const { href } = await pce.finished(asking());
    await plan({ match: { path: '/orgs/*/traffic_flows/async_queries/*/download' }, effect: { kind: 'expire_query' } });
    expect((await get(`${href}/download`)).status).toBe(404);
    expect((await get(href)).status).toBe(404);
  });

  test('a jump of the clock', async () => {
    await plan({ match: {}, effect: { kind: 'clock_jump', ms: 3_600_000 } });
    const before = pce.clock.now();
    await get();
    expect(pce.clock.now()).toBeGreaterThanOrEqual(before + 3_600_000);
  });

  test('an edit by somebody else between two requests', async () => {
    const { href } = await pce.json<{ readonly href: string }>('POST', LABELS, {
      body: { key: 'app', value: 'edit-me' },
    });
    await plan({
      match: { method: 'GET', path: href, nth: 2 },
      effect: { kind: 'edit', method: 'PUT', path: href, body: { value: 'edited' } },
    });
    expect(await pce.json('GET', href)).toMatchObject({ value: 'edit-me' });
    expect(await pce.json('GET', href)).toMatchObject({ value: 'edited' });
  });

  test('several faults of one request follow each other', async () => {
    await plan(
      { match: {}, effect: { kind: 'content_type', value: 'text/plain' } },
      { match: {}, effect: { kind: 'truncate', after_bytes: 10 } },
    );
    const answer = await get();
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(await answer.text()).toHaveLength(10);
  });
});

test('a client that goes away in the middle does no harm', async () => {
  const { href } = await pce.finished(asking());
  await new Promise<void>((resolve) => {
    const auth = Buffer.from(`${pce.apiKey}:${pce.apiSecret}`).toString('base64');
    const socket = connect(pce.port, '127.0.0.1', () =>
      socket.write(
        `GET /api/v2${href}/download HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nAuthorization: Basic ${auth}\r\n\r\n`,
      ),
    );
    socket.once('data', () => socket.destroy());
    socket.on('close', () => resolve());
  });
  expect((await get()).status).toBe(200);
});
