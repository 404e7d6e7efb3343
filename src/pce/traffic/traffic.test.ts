import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../core/errors.ts';
import { type FixturePce, json, noWaiting, quickHttp, type Seen, startFixture } from '../testing/fixture.ts';
import type { TrafficOptions } from '../view.ts';
import { trafficBody } from './body.ts';
import type { TrafficQuery } from './query.ts';
import { runTrafficQuery } from './run.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const QUERY: TrafficQuery = {
  name: 'everything',
  start: '2025-06-01T00:00:00Z',
  end: '2025-06-02T00:00:00Z',
  sources: { include: [], exclude: [] },
  destinations: { include: [], exclude: [] },
  services: { include: [], exclude: [] },
  sourcesOrDestinations: false,
  decisions: [],
  excludeWorkloadsFromIpListQuery: true,
  maxResults: 1_000,
};
const HREF = '/orgs/1/traffic_flows/async_queries/7734501b-74a2-47a4-9ded-77bf4ceea938';
const ROWS = [{ src: { ip: '10.0.0.1' } }, { src: { ip: '10.0.0.2' } }];

interface FakeTraffic {
  /** The status of each poll; the last for ever. A number is an error status. */
  readonly polls: readonly (string | number)[];
  readonly flowsCount?: number;
  readonly href?: string;
  /** What each download answers; the last for ever. */
  readonly downloads?: readonly ((response: ServerResponse) => void)[];
  readonly onPost?: (response: ServerResponse) => boolean;
}

const rows = (response: ServerResponse): void => json(response, 200, ROWS);
const empty = (response: ServerResponse): void => json(response, 200, []);
const emptyGzip = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync('[]'));
};
const notYet = (response: ServerResponse): void =>
  json(response, 404, [{ token: 'not_found_error', message: 'Not found' }]);
const resetMidBody = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
  response.write(JSON.stringify(ROWS).slice(0, 40).padEnd(200, ' '));
  setTimeout(() => response.destroy(), 5);
};

async function traffic({ polls, flowsCount = 2, href = HREF, downloads = [rows], onPost }: FakeTraffic) {
  const left = { polls: [...polls], downloads: [...downloads] };
  const turn = <T>(list: T[]): T | undefined => (list.length > 1 ? list.shift() : list[0]);
  const fixture: FixturePce = await startFixture(({ method, path }: Seen, response) => {
    if (method === 'POST')
      return onPost?.(response) === true ? undefined : json(response, 202, { href, status: 'queued' });
    if (method !== 'GET') return response.writeHead(204).end();
    if (path.endsWith('/download')) return turn(left.downloads)?.(response);
    const status = turn(left.polls);
    if (typeof status === 'number') return json(response, status, [{ token: 'x', message: 'gone' }]);
    const result = status === 'failed' ? { message: 'too much' } : `${HREF}/download`;
    return json(response, 200, { href, status, result, flows_count: flowsCount, matches_count: 99 });
  });
  const waiting = noWaiting();
  const http = quickHttp(fixture.settings(), waiting);
  opened.push(fixture, http);
  const deleted = () => fixture.seen.filter(({ method }) => method === 'DELETE').length;
  const cancelled = () => fixture.seen.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  return {
    fixture,
    waiting,
    deleted,
    cancelled,
    run: (options?: TrafficOptions) => runTrafficQuery(http, QUERY, options),
  };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => 'no failure',
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${String(error)}`);
  return error;
}

async function bytesOf({ chunks }: { readonly chunks: AsyncIterable<Uint8Array> }): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

describe('a traffic query', () => {
  it('is posted once, polled ever more slowly, downloaded as JSON and deleted when no longer needed', async () => {
    const told: string[] = [];
    const { fixture, waiting, deleted, run } = await traffic({
      polls: ['queued', 'working', 'brand_new_word', 'completed'],
    });
    const stream = await run({ onProgress: (state) => told.push(state) });
    expect(stream).toMatchObject({ href: HREF, flowsCount: 2, matchesCount: 99 });
    expect(JSON.parse(await bytesOf(await stream.open()))).toEqual(ROWS);
    expect(told).toEqual(['queued', 'working', 'working', 'completed']);
    expect(waiting.slept).toEqual([200, 300, 450, 675]);
    expect(fixture.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(fixture.seen.at(-1)).toMatchObject({ path: `${HREF}/download`, headers: { accept: 'application/json' } });
    await stream.discard();
    expect(deleted()).toBe(1);
  });

  it('never waits longer than ten seconds between two looks', async () => {
    const { waiting, run } = await traffic({ polls: [...Array.from({ length: 20 }, () => 'working'), 'completed'] });
    await run();
    expect(Math.max(...waiting.slept)).toBe(10_000);
  });

  it.each([
    ['failed', 'pce_unavailable'],
    ['cancel_requested', 'cancelled'],
    ['cancelled', 'cancelled'],
    ['canceled', 'cancelled'],
    [404, 'pce_not_found'],
    [403, 'pce_forbidden'],
  ])('that ends as %s fails with %s', async (status, code) => {
    const { run } = await traffic({ polls: ['queued', status] });
    const failure = await failureOf(run());
    expect(failure.code).toBe(code);
    if (status === 'failed') expect(failure.message).toContain('too much');
  });

  it('is opened again when it is completed before its result exists', async () => {
    for (const early of [empty, emptyGzip, notYet]) {
      const { run } = await traffic({ polls: ['completed'], downloads: [early, early, early, rows] });
      const stream = await run();
      expect(JSON.parse(await bytesOf(await stream.open()))).toEqual(ROWS);
    }
  });

  it('that stays empty although rows were counted fails: it is not taken for no traffic', async () => {
    const { run } = await traffic({ polls: ['completed'], downloads: [empty] });
    expect(await failureOf((await run()).open())).toMatchObject({ code: 'pce_bad_answer' });
    const nothing = await traffic({ polls: ['completed'], downloads: [empty], flowsCount: 0 });
    expect(await bytesOf(await (await nothing.run()).open())).toBe('[]');
  });

  it('whose result is gone fails clearly', async () => {
    const { run } = await traffic({ polls: ['completed'], downloads: [notYet] });
    expect(await failureOf((await run()).open())).toMatchObject({ code: 'pce_not_found' });
  });

  it('whose download breaks off throws, after which it can be opened again', async () => {
    const { run } = await traffic({ polls: ['completed'], downloads: [resetMidBody, rows] });
    const stream = await run();
    expect(await failureOf(stream.open().then(bytesOf))).toMatchObject({ code: 'pce_bad_answer' });
    expect(JSON.parse(await bytesOf(await stream.open()))).toEqual(ROWS);
  });

  it('is cancelled and deleted on the PCE when the caller gives up', async () => {
    const abort = new AbortController();
    const { cancelled, deleted, run } = await traffic({ polls: ['working'] });
    const running = failureOf(run({ signal: abort.signal, onProgress: () => abort.abort() }));
    expect(await running).toMatchObject({ code: 'cancelled' });
    await expect.poll(deleted).toBe(1);
    expect(cancelled()).toEqual(['{"status":"cancel_requested"}']);
  });

  it('is cancelled also when the caller gives up before the PCE has named it', async () => {
    const abort = new AbortController();
    let answer = (): void => {};
    const { deleted, run } = await traffic({
      polls: ['working'],
      onPost(response) {
        answer = () => json(response, 202, { href: HREF, status: 'queued' });
        abort.abort();
        return true;
      },
    });
    expect(await failureOf(run({ signal: abort.signal }))).toMatchObject({ code: 'cancelled' });
    answer();
    await expect.poll(deleted).toBe(1);
  });

  it('is cancelled when its deadline passes', async () => {
    const { deleted, run } = await traffic({ polls: ['working'] });
    expect(await failureOf(run({ deadlineMs: 30 }))).toMatchObject({ code: 'timeout' });
    await expect.poll(deleted).toBe(1);
  });

  it('is never posted again, whatever becomes of the answer', async () => {
    const { fixture, run } = await traffic({
      polls: ['completed'],
      onPost(response) {
        response.destroy();
        return true;
      },
    });
    expect(await failureOf(run())).toMatchObject({ code: 'pce_unreachable' });
    expect(fixture.seen).toHaveLength(1);
  });

  it.each(['/orgs/2/traffic_flows/async_queries/1', '/orgs/1/labels/1', 'https://elsewhere/x'])(
    'is not followed to %s',
    async (href) => {
      const { fixture, run } = await traffic({ polls: ['completed'], href });
      expect((await failureOf(run())).code).toBe('pce_bad_answer');
      expect(fixture.seen).toHaveLength(1);
    },
  );
});

describe('the body of a query', () => {
  it('has [[]] for any, no port range without a range, and no more rows than a PCE gives', () => {
    const body = trafficBody({
      ...QUERY,
      services: { include: [{ port: 443, toPort: 443, proto: 6 }], exclude: [{ port: 1, toPort: 9 }] },
    });
    expect(body.sources.include).toEqual([[]]);
    expect(body.services).toEqual({ include: [{ port: 443, proto: 6 }], exclude: [{ port: 1, to_port: 9 }] });
    for (const maxResults of [0, 200_001, 1.5])
      expect(() => trafficBody({ ...QUERY, maxResults })).toThrow(
        expect.objectContaining({ code: 'invalid_arguments' }),
      );
  });
});
