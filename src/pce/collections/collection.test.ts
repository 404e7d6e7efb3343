import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../core/errors.ts';
import { apiPath } from '../../core/href.ts';
import { json, noWaiting, quickHttp, type Seen, startFixture } from '../testing/fixture.ts';
import type { ReadOptions } from '../view.ts';
import { type CollectionRequest, readCollection } from './collection.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface FakeCollection {
  readonly rows: number;
  /** Rows a synchronous GET gives at most, whatever it is asked for. */
  readonly cap?: number;
  readonly headers?: (matched: number) => Record<string, string>;
  readonly location?: (origin: string) => string;
  readonly jobStatuses?: readonly string[];
  readonly jobRows?: number;
  readonly onPage?: (seen: Seen, response: ServerResponse) => boolean;
}

/** A PCE with one collection of numbers and the job protocol. */
async function collection(fake: FakeCollection) {
  const { rows, cap = Number.POSITIVE_INFINITY, jobRows = rows, jobStatuses = ['pending', 'running', 'done'] } = fake;
  const headers = fake.headers ?? ((matched) => ({ 'x-matched-count': `${matched}`, 'x-total-count': `${matched}` }));
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));
  const statuses = [...jobStatuses];
  const fixture = await startFixture((seen, response) => {
    const { path, query, method } = seen;
    if (method === 'DELETE') return response.writeHead(204).end();
    if (path === '/orgs/1/jobs/42') {
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      const result = status === 'failed' ? { message: 'took too long' } : { href: '/orgs/1/datafiles/7' };
      return json(response, 200, { status, result });
    }
    if (path === '/orgs/1/datafiles/7') return json(response, 200, numbers(jobRows));
    if (seen.headers.prefer === 'respond-async') {
      const location = fake.location?.(`http://127.0.0.1:${fixture.port}`) ?? '/orgs/1/jobs/42';
      return response.writeHead(202, { location, 'retry-after': '1' }).end();
    }
    if (fake.onPage?.(seen, response) === true) return undefined;
    const asked = Number(query.get('max_results') ?? 500);
    return json(response, 200, numbers(Math.min(rows, asked, cap)), headers(rows));
  });
  const waiting = noWaiting();
  const http = quickHttp(fixture.settings(), waiting);
  opened.push(fixture, http);
  const request: CollectionRequest<unknown> = { path: apiPath`/orgs/1/workloads`, convert: (value) => value };
  return {
    fixture,
    waiting,
    read: (options: ReadOptions = {}, changes: Partial<CollectionRequest<unknown>> = {}) =>
      readCollection(http, { ...request, ...changes }, options),
  };
}

const isJob = ({ headers }: Seen): boolean => headers.prefer === 'respond-async';

describe('a whole collection', () => {
  it('is counted first and read in one page', async () => {
    const { fixture, read } = await collection({ rows: 1_234 });
    expect(await read()).toMatchObject({ matched: 1_234, complete: true, cap: null, items: { length: 1_234 } });
    expect(fixture.seen.map(({ query }) => Number(query.get('max_results')))).toEqual([1, 1_334]);
  });

  it('is read by a job when the page comes back short', async () => {
    const { fixture, read } = await collection({ rows: 1_234, cap: 500 });
    expect(await read()).toMatchObject({ matched: 1_234, complete: true, items: { length: 1_234 } });
    await expect.poll(() => fixture.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/orgs/1/jobs/42' });
  });

  it('is read by a job when exactly the default number of rows comes without a filtered count', async () => {
    const { fixture, read } = await collection({ rows: 700, cap: 500, headers: () => ({ 'x-total-count': '9000' }) });
    expect(await read()).toMatchObject({ complete: true, items: { length: 700 } });
    expect(fixture.seen.some(isJob)).toBe(true);
  });

  it('trusts a short page where only the unfiltered total is told', async () => {
    const { fixture, read } = await collection({ rows: 20, headers: () => ({ 'x-total-count': '30' }) });
    expect(await read()).toMatchObject({ matched: 20, complete: true, items: { length: 20 } });
    expect(fixture.seen.some(isJob)).toBe(false);
  });

  it('is read by a job when nothing is counted, or too much for one page', async () => {
    const uncounted = await collection({ rows: 30, headers: () => ({}) });
    expect(await uncounted.read()).toMatchObject({ complete: true, items: { length: 30 } });
    expect(uncounted.fixture.seen.some(isJob)).toBe(true);
    const large = await collection({ rows: 30 });
    expect(await large.read({}, { syncLimit: 10 })).toMatchObject({ complete: true, items: { length: 30 } });
    expect(large.fixture.seen.some(isJob)).toBe(true);
  });

  it('says so when even the job gives less than was counted', async () => {
    const { read } = await collection({ rows: 1_000, cap: 500, jobRows: 800 });
    expect(await read()).toMatchObject({ matched: 1_000, complete: false, cap: 800, items: { length: 800 } });
  });

  it('waits as long as the job says, and takes its address in every form', async () => {
    for (const location of [
      () => '/orgs/1/jobs/42',
      () => '/api/v2/orgs/1/jobs/42',
      (origin: string) => `${origin}/api/v2/orgs/1/jobs/42`,
    ]) {
      const { waiting, read } = await collection({ rows: 30, headers: () => ({}), location });
      expect((await read()).items).toHaveLength(30);
      expect(waiting.slept[0]).toBe(1_000);
    }
  });

  it('sends the credentials nowhere else, whatever the address of the job', async () => {
    const elsewhere = await startFixture((_, response) => json(response, 200, {}));
    opened.push(elsewhere);
    const { read } = await collection({
      rows: 30,
      headers: () => ({}),
      location: () => `http://127.0.0.1:${elsewhere.port}/api/v2/orgs/1/jobs/42`,
    });
    await read();
    expect(elsewhere.seen).toHaveLength(0);
  });

  it.each(['/orgs/2/jobs/42', '../../etc', 'http://[bad', ''])('refuses a job at %j', async (location) => {
    const { read } = await collection({ rows: 30, headers: () => ({}), location: () => location });
    await expect(read()).rejects.toMatchObject({ code: 'pce_bad_answer' });
  });

  it('fails with the reason of a failed job', async () => {
    const { read } = await collection({ rows: 30, headers: () => ({}), jobStatuses: ['running', 'failed'] });
    const failure = await read().catch((error: Failure) => error);
    expect(failure).toMatchObject({ code: 'pce_unavailable', message: expect.stringContaining('took too long') });
  });

  it('starts anew after a body that breaks off, and counts no row twice', async () => {
    let broken = 0;
    const { read } = await collection({
      rows: 300,
      onPage(seen, response) {
        if (seen.query.get('max_results') === '1' || broken++ > 0) return false;
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99999' });
        response.write('[{"index":0},{"index":1},');
        setTimeout(() => response.destroy(), 5);
        return true;
      },
    });
    const { items } = await read();
    expect(items).toEqual(Array.from({ length: 300 }, (_, index) => ({ index })));
  });
});

describe('a limited read', () => {
  it('is one request, and says whether that was all', async () => {
    const { fixture, read } = await collection({ rows: 40 });
    expect(await read({ maxResults: 10 })).toMatchObject({
      matched: 40,
      complete: false,
      cap: 10,
      items: { length: 10 },
    });
    expect(await read({ maxResults: 100 })).toMatchObject({
      matched: 40,
      complete: true,
      cap: null,
      items: { length: 40 },
    });
    expect(await read({ maxResults: 40 })).toMatchObject({ complete: true });
    expect(fixture.seen).toHaveLength(3);
  });

  it('does not take the rows it asked for as all there are when nothing is counted', async () => {
    const { read } = await collection({ rows: 40, headers: () => ({}) });
    expect(await read({ maxResults: 40 })).toMatchObject({ matched: null, complete: false, cap: 40 });
    expect(await read({ maxResults: 41 })).toMatchObject({ matched: 40, complete: true });
  });

  it('is completed by a job where the PCE keeps to a cap of its own', async () => {
    const { read } = await collection({ rows: 2_000, cap: 500 });
    expect(await read({ maxResults: 1_000 })).toMatchObject({
      matched: 2_000,
      complete: false,
      cap: 1_000,
      items: { length: 1_000 },
    });
    expect(await read({ maxResults: 5_000 })).toMatchObject({
      matched: 2_000,
      complete: true,
      items: { length: 2_000 },
    });
  });

  it('of more than one page may hold is cut all the same', async () => {
    const { read } = await collection({ rows: 40 });
    const cut = await read({ maxResults: 30 }, { syncLimit: 20 });
    expect(cut).toMatchObject({ matched: 40, complete: false, cap: 30, items: { length: 30 } });
  });

  it('tells how far it is', async () => {
    const { read } = await collection({ rows: 40 });
    const told: unknown[] = [];
    await read({ onProgress: (...progress) => told.push(progress) });
    expect(told).toEqual([[40, 40]]);
  });
});
