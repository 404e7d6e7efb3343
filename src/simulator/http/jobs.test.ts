import { expect, it } from 'vitest';
import { tinyEstate } from '../testing/tiny-estate.ts';
import { startTiny } from '../testing/tiny-simulator.ts';

const large = {
  ...tinyEstate(),
  labels: [
    ...tinyEstate().labels,
    ...Array.from({ length: 6000 }, (_, n) => ({
      id: 100 + n,
      key: 'role',
      value: `Role ${n}`,
      createdMs: 0,
      updatedMs: 0,
      createdBy: 1,
    })),
  ],
};
const tiny = await startTiny(large);
const asJob = async (path: string): Promise<string> =>
  String((await tiny.call('GET', path, { headers: { Prefer: 'respond-async' } })).headers['location']);

it('gives every row, however many, without max_results', async () => {
  const job = await asJob('/orgs/1/labels');
  const first = await tiny.call('GET', job);
  expect(first.json).toMatchObject({
    href: job,
    job_type: ':illumio/async_requests',
    description: '/orgs/1/labels',
    status: 'running',
    result: {},
    requested_by: { href: '/users/1' },
  });
  expect((first.json as { requested_at: string }).requested_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  expect(first.headers['retry-after']).toBe('1');
  const done = await tiny.call('GET', job);
  expect(done.json).toMatchObject({
    status: 'done',
    result: { href: expect.stringMatching(/^\/orgs\/1\/datafiles\//) },
  });
  expect(done.headers['retry-after']).toBeUndefined();
  expect(await tiny.listed((done.json as { result: { href: string } }).result.href)).toHaveLength(6007);
});

it('keeps filters and an explicit max_results', async () => {
  const job = await tiny.got(await asJob('/orgs/1/labels?key=env&max_results=1'));
  const datafile = (job as unknown as { result: { href: string } }).result.href;
  expect(await tiny.listed(datafile)).toMatchObject([{ key: 'env' }]);
});

it('lists jobs, deletes them, and knows no others', async () => {
  const job = await asJob('/orgs/1/labels');
  expect((await tiny.listed('/orgs/1/jobs')).map(({ href }) => href)).toContain(job);
  await tiny.done('DELETE', job);
  expect(await tiny.refused('GET', job)).toEqual([404, 'not_found_error']);
  expect(await tiny.refused('DELETE', job)).toEqual([404, 'not_found_error']);
  expect((await tiny.refused('GET', '/orgs/1/datafiles/00000000-0000-4000-8000-000000000000'))[0]).toBe(404);
});
