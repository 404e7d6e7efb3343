import { afterAll, beforeAll, expect, it } from 'vitest';
import { scopedServer, valueOf } from '../harness/scoped.ts';

// Issue 6: an application owner changes `app=…` and nothing else, and cannot slip into what another application is allowed.
const SCOPE = 'app=siem';
let server: Awaited<ReturnType<typeof scopedServer>>;
beforeAll(async () => {
  server = await scopedServer();
}, 60_000);
afterAll(() => server.close());

const one = (app: string) => {
  const found = server.workloads.find((workload) => valueOf(workload, 'app') === app);
  if (!found) throw new Error(`no workload of ${app}`);
  return found;
};
const now = (href: string) => server.direct<Readonly<Record<string, unknown>>>(href);

it('its own workload is changed', async () => {
  const { href } = one('siem');
  const { isError } = await server.ask(SCOPE, 'update-workload', { href, description: 'mine' });
  expect(isError).toBe(false);
  expect(await now(href)).toMatchObject({ description: 'mine' });
});

it('another one does not exist, by href or by name', async () => {
  const { href, hostname } = one('payments');
  const before = await now(href);
  for (const target of [{ href }, { name: hostname }]) {
    const { structured } = await server.ask(SCOPE, 'update-workload', { ...target, description: 'theirs' });
    expect(structured.error).toBe('not_found');
  }
  expect(await now(href)).toEqual(before);
});

it('its own cannot take the labels of another', async () => {
  const { href } = one('siem');
  const before = await now(href);
  for (const labels of [['app=payments', 'env=prod'], ['env=prod']]) {
    const { isError, text } = await server.ask(SCOPE, 'update-workload', { href, labels });
    expect(isError).toBe(true);
    expect(text).toContain('workloads that carry your labels, and nothing else');
  }
  expect(await now(href)).toEqual(before);
});

it('modes are set inside only', async () => {
  const own = server.workloads.filter((workload) => valueOf(workload, 'app') === 'siem');
  const all = await server.ask(SCOPE, 'set-enforcement-mode', {
    enforcement_mode: 'selective',
    labels: 'env=prod|dev',
  });
  const told = JSON.stringify(all.structured);
  for (const { href, hostname } of server.workloads.filter((workload) => !own.includes(workload))) {
    expect(told).not.toContain(href);
    if (hostname !== '') expect(told).not.toContain(hostname);
  }
  const listed = await server.ask(SCOPE, 'set-enforcement-mode', {
    enforcement_mode: 'idle',
    workloads: [one('payments').href],
  });
  expect(listed.isError).toBe(true);
});

it('a plan made without the limit is not applied with it', async () => {
  const { href } = one('payments');
  const made = await server.ask(null, 'update-workload', { href, description: 'planned', dry_run: true });
  const before = await now(href);
  const { structured } = await server.ask(SCOPE, 'apply-plan', { plan_id: made.structured['plan_id'] });
  expect(structured.error).toBe('forbidden');
  expect(await now(href)).toEqual(before);
});
