import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FRAMEWORKS } from '../../src/analysis/compliance/frameworks.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { INSTRUCTIONS } from '../../src/dispatch/instructions.ts';
import { prompts } from '../../src/prompts/index.ts';
import { renderPrompt } from '../../src/prompts/render.ts';
import { collections } from '../../src/resources/collections.ts';
import { pages } from '../../src/resources/pages.ts';
import { brokenCallsIn, callsIn, problemsOf } from './calls.ts';

const TOOLS = new Set(catalogue.map(({ name }) => name));

/** Words that look like the name of a tool. */
const VERBS = [...new Set([...TOOLS].map((name) => name.split('-')[0] ?? ''))].join('|');
const toolWordsIn = (text: string): readonly string[] =>
  [...text.matchAll(new RegExp(`(?<![\\w/-])(?:${VERBS})(?:-[a-z]+)+(?![\\w-])`, 'g'))].map(([word]) => word);

const PROMPTS = new Set(prompts.map(({ name }) => name));
const unknownToolsIn = (text: string): readonly string[] =>
  toolWordsIn(text).filter((word) => !TOOLS.has(word) && !PROMPTS.has(word));

const knowledge = pages.filter(({ path }) => path !== 'changelog');

describe.each(knowledge.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  const text = page.text();

  it('writes only calls that are valid', () => {
    expect(brokenCallsIn(text)).toEqual([]);
    const calls = callsIn(text);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.flatMap(problemsOf)).toEqual([]);
  });

  it('names only tools that exist', () => {
    expect(unknownToolsIn(text)).toEqual([]);
  });

  it('is Markdown under its title, short enough to be read', () => {
    expect(text.startsWith('# ')).toBe(true);
    expect(text.length).toBeLessThan(8_000);
    expect(page.description).toMatch(/^[A-Z].*\.$/);
  });
});

it('the check of calls finds what is wrong', () => {
  expect(callsIn('    get-labels {"kee": "env"}').flatMap(problemsOf)).toEqual([
    expect.stringContaining('must NOT have additional properties'),
  ]);
  expect(callsIn('    get-lables {}').flatMap(problemsOf)).toEqual(['there is no tool get-lables']);
  expect(
    callsIn('    create-ruleset {"name": "A", "scopes": [], "rules": [{"who": 1}]}').flatMap(problemsOf),
  ).toHaveLength(1);
  expect(brokenCallsIn('    get-labels')).toHaveLength(1);
  expect(unknownToolsIn('then get-lables again')).toEqual(['get-lables']);
});

it('the knowledge base has every page of the reference server', () => {
  const paths = pages.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  // reference-server.md §1.3
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['rule-processing', 'enforcement-modes', 'segmentation', 'draft-active-policy', 'workloads'].map(
        (name) => `concepts/${name}`,
      ),
      'architecture/pce-ven',
      'architecture/labels',
      ...['first-principles', 'core-services', 'ringfencing-patterns', 'crown-jewels'].map(
        (name) => `methodology/${name}`,
      ),
      ...['pci-dss', 'hipaa', 'nist-800-53', 'iso-27001', 'dora', 'swift-csp', 'cis-controls'].map(
        (name) => `compliance/${name}`,
      ),
      'compliance/segmentation-methodology',
      'operations/logging-monitoring',
      'changelog',
    ]),
  );
});

it('each compliance page names every requirement of its framework once', () => {
  for (const framework of Object.values(FRAMEWORKS)) {
    const text = pages.find(({ path }) => path === `compliance/${framework.resource}`)?.text() ?? '';
    for (const { id, title } of framework.controls) {
      const lines = text.split('\n').filter((line) => line.startsWith(`| ${id} |`) || line.startsWith(`- ${id}:`));
      expect(lines, id).toEqual([expect.stringContaining(title)]);
    }
  }
});

it('the changelog is the file itself', () => {
  const file = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  expect(pages.find(({ path }) => path === 'changelog')?.text()).toBe(file);
});

it('the filters of a collection are parameters of its tool', () => {
  for (const { tool, filters } of collections) {
    const definition = catalogue.find(({ name }) => name === tool);
    expect(Object.keys(definition?.input.properties ?? {}), tool).toEqual(expect.arrayContaining(Object.keys(filters)));
    expect(definition?.effect).toBe('read');
  }
});

it('prompts and instructions name only tools that exist, and call them validly', () => {
  for (const prompt of prompts) {
    const given = Object.fromEntries(Object.keys(prompt.arguments).map((name) => [name, 'Point of Sale']));
    for (const args of [given, {}]) {
      const missing = Object.entries(prompt.arguments).some(([name, { required }]) => required && !(name in args));
      if (missing) continue;
      const text = renderPrompt(prompt.text(args), TOOLS);
      expect(brokenCallsIn(text), prompt.name).toEqual([]);
      expect(callsIn(text).length).toBeGreaterThan(3);
      expect(callsIn(text).flatMap(problemsOf), prompt.name).toEqual([]);
      expect(unknownToolsIn(text), prompt.name).toEqual([]);
    }
  }
  expect(unknownToolsIn(INSTRUCTIONS)).toEqual([]);
  expect(INSTRUCTIONS.length).toBeLessThan(2_000);
});
