import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatorRoutes } from '../../src/cli/pce-sim-routes.ts';
import type { Route } from '../../src/simulator/http/route.ts';
import { everyAnswer } from '../contract/answers.ts';
import { corrections } from '../contract/corrections.ts';
import { type SimulatorProcess, startProcess } from '../contract/simulator-process.ts';
import { trafficCorrections } from '../contract/simulator-traffic/corrections.ts';
import { isPublished, SCHEMAS_MISSING, schemas } from '../contract/simulator-traffic/schemas.ts';
import { type Call, noting } from './load/client.ts';
import { type Question, rowsOf } from './load/traffic.ts';
import { type Acknowledged, KINDS, type Kind, readBack, rule } from './load/writes.ts';

const RELEASE = '25.2.20';
const CLIENTS = 50;
const WRITES_EACH = 2;

type Routes = readonly Pick<Route, 'method' | 'path' | 'schema'>[];
interface Linked {
  readonly href: string;
}

describe.skipIf(SCHEMAS_MISSING !== null)(
  `25,000 workloads and ${CLIENTS} clients at once${SCHEMAS_MISSING === null ? '' : ` (skipped: ${SCHEMAS_MISSING})`}`,
  () => {
    let pce: SimulatorProcess;
    let load: Awaited<ReturnType<typeof underLoad>>;
    beforeAll(async () => {
      pce = await startProcess('--profile', 'xl', '--pce-version', '25.2');
      load = await underLoad(pce);
    }, 900_000);
    afterAll(() => pce?.stop());

    it('every answer has its status and validates against its published schema', () => {
      expect(load.problems).toEqual([]);
      // Every read that is published, and for each client: its writes, what it read back, and its traffic.
      expect(load.validated).toBeGreaterThan(180 + CLIENTS * (4 * WRITES_EACH + 3));
    });

    it('every acknowledged write is there afterwards', async () => {
      expect(load.acknowledged.length).toBeGreaterThan(CLIENTS * WRITES_EACH);
      const { call, problems } = noting(pce.call, load.check);
      for (const written of load.acknowledged)
        expect(await readBack(call, written), written.href).toMatchObject(written.told);
      expect(problems).toEqual([]);
      expect(new Set(load.acknowledged.map(({ href }) => href)).size).toBe(load.acknowledged.length);
    });

    it('one rule set into which everybody writes has every rule', async () => {
      const { json } = await pce.call('GET', load.shared);
      const { rules } = json as {
        readonly rules: readonly { readonly ingress_services: readonly { readonly port: number }[] }[];
      };
      const ports = rules.map(({ ingress_services: [service] }) => service?.port ?? 0);
      expect(ports.toSorted((a, b) => a - b)).toEqual(Array.from({ length: CLIENTS }, (_, client) => 20_000 + client));
    });

    it('each provisioning is a version of its own, and none is missing', () => {
      expect(load.versions.length).toBeGreaterThan(0);
      const sorted = load.versions.toSorted((a, b) => a - b);
      expect(sorted).toEqual(sorted.map((_, index) => load.versionBefore + 1 + index));
    });

    it('traffic told under load is what is told at rest', async () => {
      const { call } = noting(pce.call, load.check);
      expect(load.traffic.flatMap(({ rows }) => rows).length).toBeGreaterThan(CLIENTS);
      for (const { question, rows } of load.traffic.slice(0, 5)) expect(await rowsOf(call, question)).toEqual(rows);
      for (const { question, rows } of load.traffic)
        expect(rows.filter(({ dst }) => dst.workload?.href !== question.workload)).toEqual([]);
    });
  },
);

/** Lets all clients loose: each reads its share of all that is published, writes, provisions and asks for traffic, in an order of its own. */
async function underLoad(pce: SimulatorProcess) {
  const check = schemas(RELEASE, { ...corrections, ...trafficCorrections });
  const { call, note, problems, validated } = noting(pce.call, check);
  const routes = JSON.parse(simulatorRoutes(true, '25.2')) as Routes;
  const endMs = Date.now() - 3_600_000;
  const workloads = (await pce.call('GET', `/orgs/1/workloads?managed=true&max_results=${CLIENTS}`)).json as Linked[];
  const [newest] = (await pce.call('GET', '/orgs/1/sec_policy')).json as { readonly version: number }[];
  const shared = await created(call, '/orgs/1/sec_policy/draft/rule_sets', 'sec_policy_rule_sets_get', {
    name: 'everybody',
    enabled: false,
    scopes: [[]],
  });
  const acknowledged: Acknowledged[] = [];
  const versions: number[] = [];
  const traffic: { readonly question: Question; readonly rows: Awaited<ReturnType<typeof rowsOf>> }[] = [];

  await Promise.all(
    workloads.map(async ({ href: workload }, client) => {
      const steps = [
        async () => {
          const share = routes.filter((_, index) => index % CLIENTS === client);
          for await (const { url, schema, status, json } of everyAnswer(pce.call, share)) {
            if (status !== 200) problems.push(`GET ${url}: ${status}`);
            else if (isPublished(RELEASE, schema)) note(url, schema, json);
          }
        },
        async () => {
          for (let turn = 0; turn < WRITES_EACH; turn++) {
            const kind = KINDS[(client + turn) % KINDS.length];
            if (!kind) continue;
            const name = `load-${client}-${turn}`;
            acknowledged.push(...(await written(call, kind, name, versions)));
          }
          const own = rule(20_000 + client);
          const href = await created(call, `${shared}/sec_rules`, 'sec_policy_rule_sets_sec_rules_get', own);
          acknowledged.push({ href, schema: 'sec_policy_rule_sets_sec_rules_get', told: own });
        },
        async () => {
          const question = { workload, endMs };
          traffic.push({ question, rows: await rowsOf(call, question) });
        },
      ];
      for (let step = 0; step < steps.length; step++) await steps[(client + step) % steps.length]?.();
    }),
  );
  const versionBefore = newest?.version ?? 0;
  return { check, problems, validated: validated(), acknowledged, shared, versions, versionBefore, traffic };
}

async function created(call: Call, path: string, schema: string, body: object): Promise<string> {
  return ((await call('POST', path, { status: 201, schema, body })).json as Linked).href;
}

/** Makes an object, changes it, provisions it where it is policy, and looks each time whether it can be read at once. */
async function written(call: Call, kind: Kind, name: string, versions: number[]): Promise<readonly Acknowledged[]> {
  const { path, schema, commitAs } = kind;
  const href = await created(call, path, schema, kind.made(name));
  const first = { href, schema, told: kind.made(name) };
  expect(await readBack(call, first)).toMatchObject(first.told);
  await call('PUT', href, { status: 204, body: kind.changed(name) });
  const then = { href, schema, told: { ...kind.made(name), ...kind.changed(name) } };
  expect(await readBack(call, then)).toMatchObject(then.told);
  if (commitAs === null) return [then];
  const body = { update_description: name, change_subset: { [commitAs]: [{ href }] } };
  const { json } = await call('POST', '/orgs/1/sec_policy', { status: 201, schema: 'sec_policy_get', body });
  const { href: version, version: number } = json as { readonly href: string; readonly version: number };
  versions.push(number);
  const active = { href: href.replace('/draft/', '/active/'), schema, told: then.told };
  expect(await readBack(call, active)).toMatchObject(active.told);
  return [then, active, { href: version, schema: 'sec_policy_get', told: { commit_message: name, version: number } }];
}
