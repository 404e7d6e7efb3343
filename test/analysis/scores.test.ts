import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';
import { HOP_FACTOR, VALUES } from '../../src/analysis/blast.ts';
import { LEVEL_WEIGHTS } from '../../src/analysis/graph/exposure.ts';
import { EASE } from '../../src/analysis/graph/port-risk.ts';
import { MIXED_DAMPENING, NON_PRODUCTION_FACTOR, WEIGHTS } from '../../src/analysis/infrastructure.ts';
import { POSTURE_WEIGHTS } from '../../src/analysis/posture.ts';
import { MODE_POINTS, readiness, READINESS_WEIGHTS } from '../../src/analysis/readiness.ts';

/** A page or an answer without what only lays it out. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('_', ' ')
    .replace(/[|*`\s]+/g, ' ');

const named = (values: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(values).map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`);

let scores: Readonly<Record<string, string>>;
let pce: Simulated;
beforeAll(async () => {
  const page = await readFile(new URL('../../docs/scores.md', import.meta.url), 'utf8');
  scores = Object.fromEntries(
    page.split(/^## /m).map((section) => [/^\S+/.exec(section)?.[0] ?? '', plain(section)] as const),
  );
  pce = await simulated({ profile: 'small' });
});
afterAll(() => pce.close());

const INFRASTRUCTURE = [
  ...Object.entries(WEIGHTS).map(([name, share]) => `${100 * share} % ${name}`),
  `${MIXED_DAMPENING} × min(in, out)`,
  `× ${NON_PRODUCTION_FACTOR} outside production`,
];
const BLAST = [...named(VALUES), ...named(EASE), `× ${HOP_FACTOR} for every hop after the first`];

describe('every score', () => {
  it('has its factors and weights on the page', () => {
    for (const weight of named(READINESS_WEIGHTS)) expect(scores['Readiness']).toContain(weight);
    for (const [mode, points] of Object.entries(MODE_POINTS))
      if (points > 0) expect(scores['Readiness']).toMatch(new RegExp(`${points}.{0,30}in ${mode.replace('_', ' ')}`));
    for (const part of INFRASTRUCTURE)
      expect(scores['Infrastructure']).toContain(part.replace('degree', 'degree (in or out)'));
    for (const part of BLAST) expect(scores['Blast']).toContain(part);
    expect(scores['Ransomware']).toContain(`weight ${Object.values(LEVEL_WEIGHTS).join(', ')} from critical to low`);
    for (const weight of named(POSTURE_WEIGHTS)) expect(scores['Posture']).toContain(weight);
  });

  it.each([
    ['identify-infrastructure-services', {}, 'scoring_methodology', INFRASTRUCTURE],
    ['plan-rollout', {}, 'methodology', named(READINESS_WEIGHTS)],
    ['blast-radius', { from: 'app=payments env=prod' }, 'methodology', BLAST],
    ['ransomware-exposure', {}, 'methodology', named(LEVEL_WEIGHTS)],
    ['posture-score', {}, 'methodology', named(POSTURE_WEIGHTS)],
  ] as const)('%s publishes its factors and weights in the answer', async (tool, args, field, parts) => {
    const { structured, isError, text } = await callWith(pce.dispatcher, tool, args);
    expect(isError, text).toBe(false);
    for (const part of parts) expect(plain(String(structured[field]))).toContain(part);
  });

  it('of readiness and posture is the sum of its rows', async () => {
    const sum = (rows: readonly Readonly<Record<string, unknown>>[]) =>
      rows.reduce((total, { points = 0 }) => total + Number(points), 0);
    const ready = await callWith(pce.dispatcher, 'enforcement-readiness', { app_name: 'payments', env_name: 'prod' });
    expect(Object.fromEntries(ready.structured.items.map(({ component, of }) => [component, of]))).toEqual(
      READINESS_WEIGHTS,
    );
    expect(sum(ready.structured.items)).toBeCloseTo(Number(ready.structured['readiness_score']), 5);
    const posture = await callWith(pce.dispatcher, 'posture-score', {});
    expect(sum(posture.structured.items)).toBeCloseTo(Number(posture.structured.totals['score']), 0);
  });

  it('of compliance is the share of testable controls that pass', async () => {
    const { structured } = await callWith(pce.dispatcher, 'compliance-check', { framework: 'cis' });
    const statuses = structured.items.map(({ status }) => status);
    const testable = statuses.filter((status) => status !== 'NOT_TESTABLE');
    const passed = statuses.filter((status) => status === 'PASS');
    expect(structured['compliance_score']).toBe(Math.round((1_000 * passed.length) / testable.length) / 10);
  });
});

it('the worked example of readiness is what the code makes of it', () => {
  const { score, components } = readiness({
    connections: { allowed: 840, evaluated: 1_000, blocked: 0 },
    hasRingfence: true,
    modes: { full: 2, selective: 4, visibility_only: 4, idle: 0 },
    uncoveredApps: 1,
  });
  expect(components).toEqual({
    policy_coverage: 33.6,
    ringfence: 20,
    enforcement_mode: 10,
    no_blocked_traffic: 10,
    remote_apps_covered: 0,
  });
  expect(score).toBe(73.6);
  expect(scores['Readiness']).toContain('readiness partially ready 73.6');
});
