import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dialogue, dialogue, parsed } from './dialogue.ts';

/** What the Terraform provider accepts (objects.md §12, traffic.md §0.3, §7.3). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({
    'User-Agent': 'Go-http-client/1.1',
    Accept: 'application/json',
    'Content-Type': 'application/json',
  });
});
afterAll(() => it.close());

const UUID4 = /^[a-f0-9]{8}-?[a-f0-9]{4}-?4[a-f0-9]{3}-?[89ab][a-f0-9]{3}-?[a-f0-9]{12}$/;

test('the content type is compared as a string, on 200 and on 201', async () => {
  const list = await it.say('GET', '/orgs/1/labels');
  expect(list.rawHeaders).toContain('Content-Type: application/json');
  const made = await it.say('POST', '/orgs/1/labels', { body: '{"key":"app","value":"tf-test"}' });
  expect(made.status).toBe(201);
  expect(made.rawHeaders).toContain('Content-Type: application/json');
  expect(parsed(made)).toMatchObject({ href: expect.stringMatching(/^\/orgs\/[1-9]\d*\/labels\/[1-9]\d*$/) });
});

test('create, read, update, delete, and a second delete', async () => {
  const body = JSON.stringify({ name: 'tf-test', ip_ranges: [{ from_ip: '10.0.0.0/8', exclusion: false }] });
  const { href } = parsed<{ readonly href: string }>(
    await it.say('POST', '/orgs/1/sec_policy/draft/ip_lists', { body }),
  );
  expect(href).toMatch(/^\/orgs\/[1-9]\d*\/sec_policy\/(draft|active|\d*)\/ip_lists\/[1-9]\d*$/);
  expect((await it.say('PUT', href, { body: '{"description":"changed"}' })).status).toBe(204);
  expect(parsed(await it.say('GET', href))).toMatchObject({
    name: 'tf-test',
    description: 'changed',
    update_type: 'create',
  });
  expect((await it.say('DELETE', href)).status).toBe(204);
  // 404 reads as gone.
  expect((await it.say('GET', href)).status).toBe(404);
});

test('ids have the patterns it validates', async () => {
  const ids = async (path: string) =>
    parsed<readonly { readonly href: string }[]>(await it.say('GET', path)).map(({ href }) =>
      href.slice(href.lastIndexOf('/') + 1),
    );
  for (const path of [
    '/orgs/1/workloads',
    '/orgs/1/vens',
    '/orgs/1/label_dimensions',
    '/orgs/1/sec_policy/draft/label_groups',
  ]) {
    const found = await ids(path);
    expect(found.length, path).toBeGreaterThan(0);
    for (const id of found) expect(id).toMatch(UUID4);
  }
  for (const path of ['/orgs/1/labels', '/orgs/1/sec_policy/active/services', '/orgs/1/sec_policy/draft/rule_sets']) {
    for (const id of await ids(path)) expect(id).toMatch(/^[1-9]\d*$/);
  }
});

test('a large collection is asked for asynchronously, Retry-After is read on every poll', async () => {
  const accepted = await it.say('GET', '/orgs/1/workloads?max_results=501', { headers: { Prefer: 'respond-async' } });
  expect(accepted.status).toBe(202);
  let poll = await it.say('GET', accepted.headers['location'] ?? '');
  while (parsed(poll)['status'] !== 'done') {
    expect(poll.headers['retry-after']).toMatch(/^\d+$/);
    poll = await it.say('GET', accepted.headers['location'] ?? '');
  }
});

test('errors carry token and message, which it prints', async () => {
  const refused = await it.say('POST', '/orgs/1/sec_policy/draft/ip_lists', { body: '{"name":"x","surprise":1}' });
  expect(refused.status).toBe(406);
  expect(parsed(refused)).toEqual([{ token: 'input_validation_error', message: expect.stringContaining('surprise') }]);
});
