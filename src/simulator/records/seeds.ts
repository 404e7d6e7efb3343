import type { Estate } from '../estates/estate.ts';
import { pairingProfileSeeds } from '../objects/pairing-profiles-seed.ts';
import type { RecordSeeds } from './record-store.ts';

const none = () => [];

/** What an estate says or implies beside labels, workloads and policy. Every collection stands here: an export wants to know them all. */
export const recordSeeds = (estate: Estate): RecordSeeds => ({
  pairing_profiles: () => pairingProfileSeeds(estate),
  pairing_keys: none,
  security_principals: none,
  security_principal_users: none,
  service_bindings: none,
});
