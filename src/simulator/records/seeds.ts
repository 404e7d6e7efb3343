import type { Estate } from '../estates/estate.ts';
import { pairingProfileSeeds } from '../objects/pairing-profiles-seed.ts';
import type { RecordSeeds } from './record-store.ts';

/** What an estate says or implies beside labels, workloads and policy. */
export const recordSeeds = (estate: Estate): RecordSeeds => ({
  pairing_profiles: () => pairingProfileSeeds(estate),
});
