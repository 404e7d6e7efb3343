import { expect } from 'vitest';
import { plantedIssues } from '../../src/simulator/estates/planted.ts';
import { allPages, callWith, type Structured } from '../catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../catalogue/simulated.ts';

/** A mid estate with the key to what is planted in it. */
export interface PlantedEstate {
  readonly pce: Simulated;
  readonly planted: ReturnType<typeof plantedIssues>;
  /** Draft hrefs of the rules of an issue as the active policy has them. */
  readonly rulesOf: (id: string) => readonly string[];
  /** What a tool answers; a failure fails the test. */
  readonly ask: (tool: string, args: object) => Promise<Structured>;
  /** The rows of every page, asked for once. */
  readonly rows: (tool: string, args: object) => Promise<Structured['items']>;
}

export async function plantedEstate(seed: number): Promise<PlantedEstate> {
  const pce = await simulated({ profile: 'mid', seed });
  const planted = plantedIssues({ profile: 'mid', seed, nowMs: NOW_MS });
  const read = new Map<string, Promise<Structured['items']>>();
  return {
    pce,
    planted,
    rulesOf: (id) => (planted[id]?.rules ?? []).map(asActive),
    async ask(tool, args) {
      const { structured, isError, text } = await callWith(pce.dispatcher, tool, args);
      expect(isError, text).toBe(false);
      return structured;
    },
    rows(tool, args) {
      const key = JSON.stringify([tool, args]);
      const known =
        read.get(key) ??
        allPages(pce.dispatcher, tool, args).then((pages) => pages.flatMap(({ structured }) => structured.items));
      read.set(key, known);
      return known;
    },
  };
}

/** Hrefs whatever the policy version. */
const asActive = (href: string): string => href.replace('/draft/', '/active/');
