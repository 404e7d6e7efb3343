import type { ProfileName } from '../../src/simulator/estates/estate.ts';
import { plantedIssues } from '../../src/simulator/estates/planted.ts';
import { NOW_MS, type Simulated, simulated } from '../catalogue/simulated.ts';

/** The demo estate's seed and two others. */
export const SEEDS = [7, 11, 23] as const;

/** A mid estate with the key to what is planted in it. */
export async function plantedEstate(
  seed: number,
  profile: ProfileName = 'mid',
): Promise<Simulated & { readonly planted: ReturnType<typeof plantedIssues> }> {
  const pce = await simulated({ profile, seed });
  return { ...pce, planted: plantedIssues({ profile, seed, nowMs: NOW_MS }) };
}

/** Hrefs whatever the policy version. */
export const asActive = (href: string): string => href.replace('/draft/', '/active/');
