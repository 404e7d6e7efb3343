export { TO_MANY } from '../../model/flows/party.ts';

// The built-in list of every address is on every row and tells nothing (objects.md §7.1).
const EVERYTHING = /^Any \(0\.0\.0\.0\/0 and ::\/0\)(?:, |$)/;

/** What a place outside is called: its FQDN, else the IP lists it is in. Null when neither says anything. */
export const outsideName = (fqdn: string | null, lists: string | null): string | null =>
  fqdn ?? (lists?.replace(EVERYTHING, '') || null);
