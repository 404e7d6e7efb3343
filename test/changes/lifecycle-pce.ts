import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import type { Principal } from '../../src/core/authority.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import type { LoggedRequest } from '../../src/simulator/control/request-log.ts';
import type { Fault } from '../../src/simulator/faults/fault.ts';
import { type Answer, clientOf } from '../../src/simulator/testing/client.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import applyPlan from '../../src/tools/lifecycle/apply-plan.ts';
import compareDraftActive from '../../src/tools/lifecycle/compare-draft-active.ts';
import getPlan from '../../src/tools/lifecycle/get-plan.ts';
import getPolicyVersions from '../../src/tools/lifecycle/get-policy-versions.ts';
import provisionPolicy from '../../src/tools/lifecycle/provision-policy.ts';
import revertDraft from '../../src/tools/lifecycle/revert-draft.ts';
import rollbackPolicy from '../../src/tools/lifecycle/rollback-policy.ts';
import undoChange from '../../src/tools/lifecycle/undo-change.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { type Called, callWith } from '../catalogue/call.ts';
import { simulated, type SimulatedOptions } from '../catalogue/simulated.ts';

const LIFECYCLE: readonly AnyTool[] = [
  compareDraftActive,
  provisionPolicy,
  rollbackPolicy,
  applyPlan,
  getPlan,
  undoChange,
  revertDraft,
  getPolicyVersions,
];

export const ORG = '/orgs/1';
export const DRAFT = `${ORG}/sec_policy/draft`;
export const ACTIVE = `${ORG}/sec_policy/active`;
export const OFFICES = `${DRAFT}/ip_lists/2`;
export const HTTPS = `${DRAFT}/services/2`;
export const HIGH_PORTS = `${DRAFT}/services/4`;
export const ORDERING = `${DRAFT}/rule_sets/2`;

export interface LifecyclePce {
  /** A call of a tool that must succeed. */
  ok(name: string, args?: object, principal?: Principal): Promise<Called>;
  /** Any call of a tool. */
  tool(name: string, args?: object, principal?: Principal): Promise<Called>;
  /** A call of a tool that must fail with this code. */
  fails(code: string, name: string, args?: object, principal?: Principal): Promise<Called>;
  /** What a foreign program does on the PCE: by default its owner. Must succeed. */
  foreign(method: string, path: string, body?: unknown, key?: KeyOf): Promise<unknown>;
  look(path: string): Promise<unknown>;
  status(path: string): Promise<number>;
  faults(...planned: readonly Fault[]): Promise<void>;
  /** How many requests there were so far. */
  requests(): Promise<number>;
  /** Requests so far that change something. */
  writes(): Promise<readonly string[]>;
  close(): Promise<void>;
}

type KeyOf = 'owner' | 'ordering';

/** What is sent as if it changed something, and only asks. */
const ASKS = /\/(?:dependencies|impact|rule_search)$|\/traffic_flows\/async_queries/;

/** The lifecycle tools through the whole pipeline, on the tiny estate, and a foreign program beside them. */
export async function lifecyclePce(options: Omit<SimulatedOptions, 'tools'> = {}): Promise<LifecyclePce> {
  const server = await simulated({ estate: tinyEstate() }, { ...options, tools: LIFECYCLE, impatient: true });
  const { simulator, dispatcher } = server;
  const call = clientOf(simulator);
  const must = (answer: Answer, what: string): unknown => {
    expect(answer.status, `${what}: ${answer.text}`).toBeLessThan(400);
    return answer.json;
  };
  const logged = async (): Promise<readonly LoggedRequest[]> => {
    const answer = await fetch(`${simulator.url}/_sim/requests`);
    return ((await answer.json()) as { readonly requests: readonly LoggedRequest[] }).requests;
  };
  return {
    tool: (name, args = {}, principal = OPERATOR) => callWith(dispatcher, name, args, undefined, principal),
    requests: async () => (await logged()).length,
    async ok(name, args = {}, principal = OPERATOR) {
      const called = await callWith(dispatcher, name, args, undefined, principal);
      expect(called.isError, called.text).toBe(false);
      return called;
    },
    async fails(code, name, args = {}, principal = OPERATOR) {
      const called = await callWith(dispatcher, name, args, undefined, principal);
      expect(called, called.text).toMatchObject({ isError: true, structured: { error: code } });
      return called;
    },
    async foreign(method, path, body, who = 'owner') {
      const key = who === 'owner' ? simulator : simulator.keys.scoped;
      return must(await call(method, path, { body, key }), `${method} ${path}`);
    },
    look: async (path) => must(await call('GET', path), path),
    status: async (path) => (await call('GET', path)).status,
    async faults(...planned) {
      const body = JSON.stringify(planned);
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${simulator.url}/_sim/faults`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
    },
    async writes() {
      const changing = (await logged()).filter(({ method, path }) => method !== 'GET' && !ASKS.test(path));
      return changing.map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`);
    },
    close: () => server.close(),
  };
}

/** A fresh one for every test of a file; the workers that hold its flows are shared. */
export function lifecyclePcePerTest(): LifecyclePce & { readonly renew: () => Promise<void> } {
  const flows = flowTables();
  let server: LifecyclePce;
  const open = async (): Promise<void> => {
    server = await lifecyclePce({ flows });
  };
  beforeEach(open);
  afterEach(() => server.close());
  afterAll(() => flows.close());
  return {
    async renew() {
      await server.close();
      await open();
    },
    ok: (...args) => server.ok(...args),
    tool: (...args) => server.tool(...args),
    fails: (...args) => server.fails(...args),
    foreign: (...args) => server.foreign(...args),
    look: (...args) => server.look(...args),
    status: (...args) => server.status(...args),
    faults: (...args) => server.faults(...args),
    requests: () => server.requests(),
    writes: () => server.writes(),
    close: () => server.close(),
  };
}

/** An IP list and a rule set with a rule that uses it, both never provisioned. */
export async function newRuleSet(server: LifecyclePce): Promise<{ readonly list: string; readonly ruleSet: string }> {
  const list = (await server.foreign('POST', `${DRAFT}/ip_lists`, {
    name: 'Partners',
    ip_ranges: [{ from_ip: '203.0.113.0/24' }],
  })) as { readonly href: string };
  const ruleSet = (await server.foreign('POST', `${DRAFT}/rule_sets`, {
    name: 'Partners in',
    scopes: [[{ label: { href: `${ORG}/labels/3` } }]],
  })) as { readonly href: string };
  await server.foreign('POST', `${ruleSet.href}/sec_rules`, {
    enabled: true,
    providers: [{ actors: 'ams' }],
    consumers: [{ ip_list: { href: list.href } }],
    ingress_services: [{ href: HTTPS }],
    resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
  });
  return { list: list.href, ruleSet: ruleSet.href };
}

const AUDIT = new Set(['updated_at', 'updated_by', 'created_at', 'created_by']);

/** The policy in force, audit fields left out. */
export async function activePolicy(server: LifecyclePce): Promise<unknown> {
  const types = ['label_groups', 'ip_lists', 'services', 'rule_sets', 'enforcement_boundaries'];
  const lists = await Promise.all(types.map(async (type) => [type, await server.look(`${ACTIVE}/${type}`)] as const));
  return JSON.parse(
    JSON.stringify(Object.fromEntries(lists), (key, value: unknown) => (AUDIT.has(key) ? undefined : value)),
  );
}

export const pending = (server: LifecyclePce): Promise<unknown> => server.look(`${ORG}/sec_policy/pending`);
