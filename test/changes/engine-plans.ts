import type { PlanDraft } from '../../src/changes/plan.ts';
import { createStep, deleteStep, updateStep } from '../../src/changes/steps.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { EnginePce } from './engine-pce.ts';

export const ORG = '/orgs/1';
export const DRAFT = `${ORG}/sec_policy/draft`;
export const OFFICES = `${DRAFT}/ip_lists/2`;
export const HIGH_PORTS = `${DRAFT}/services/4`;

export async function read({ pce }: EnginePce, path: string): Promise<JsonObject> {
  const object = await pce.read(path);
  if (object === null) throw new Error(`${path} is not there`);
  return object;
}

const plan = (title: string, requests: PlanDraft['requests'], effect: PlanDraft['effect'] = 'draft'): PlanDraft => ({
  tool: 'test',
  title,
  requests,
  widening: [],
  warnings: [],
  mode: 'atomic',
  effect,
});

/** A label, a changed IP list, a new rule set with a rule that uses the label, and a deleted service: one of each kind of request. */
export async function fiveSteps(server: EnginePce): Promise<PlanDraft> {
  const offices = await read(server, OFFICES);
  const highPorts = await read(server, HIGH_PORTS);
  const update = updateStep({
    before: offices,
    changes: { description: 'Branches', fqdns: [{ fqdn: 'branch.example.net' }] },
    says: 'change Offices',
  });
  if (update === null) throw new Error('nothing to change');
  return plan('five steps', [
    createStep({
      collection: `${ORG}/labels`,
      body: { key: 'env', value: 'QA' },
      says: 'create label env=QA',
      unique: { key: 'env', value: 'QA' },
    }),
    update,
    createStep({
      collection: `${DRAFT}/rule_sets`,
      body: { name: 'Testing', scopes: [[{ label: { href: '{1}' } }]] },
      says: 'create ruleset Testing',
      unique: { name: 'Testing' },
    }),
    createStep({
      collection: '{3}/sec_rules',
      body: {
        enabled: true,
        providers: [{ actors: 'ams' }],
        consumers: [{ ip_list: { href: OFFICES } }],
        ingress_services: [{ port: 8443, proto: 6 }],
        resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
      },
      says: 'create a rule in Testing',
    }),
    deleteStep({ before: highPorts, says: 'delete service High ports' }),
  ]);
}

export const labelPlan = (value: string, effect: PlanDraft['effect'] = 'live'): PlanDraft =>
  plan(
    `create label env=${value}`,
    [
      createStep({
        collection: `${ORG}/labels`,
        body: { key: 'env', value },
        says: `create label env=${value}`,
        unique: { key: 'env', value },
      }),
    ],
    effect,
  );

export async function describeOffices(server: EnginePce, description: string): Promise<PlanDraft> {
  const step = updateStep({ before: await read(server, OFFICES), changes: { description }, says: 'describe Offices' });
  if (step === null) throw new Error('nothing to change');
  return plan('describe Offices', [step]);
}
