import type { PairingProfile } from '../../pce/resources/pairing.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text, texts } from '../fields.ts';
import { labelTerm } from '../label-argument.ts';
import { byNameThenHref, listingCoverage, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

interface ProfileRow {
  readonly href: string;
  readonly name: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly is_default: boolean;
  readonly ven_type?: string;
  readonly enforcement_mode?: string;
  readonly enforcement_mode_lock: boolean;
  readonly labels: readonly string[];
  readonly key_lifespan?: string;
  readonly allowed_uses_per_key?: string;
  readonly total_use_count: number;
  readonly last_pairing_at?: string;
  readonly last_pairing_key_generated_at?: string;
}

export default defineTool({
  name: 'get-pairing-profiles',
  title: 'List pairing profiles',
  description:
    'Lists pairing profiles: mode, labels and limits that hosts get when a VEN is installed with a key. Shows no activation key and makes none; for paired agents use get-vens.',
  toolset: 'containers',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      max_results: described({ ...integer, minimum: 1 }, 'Read at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      description: text,
      enabled: flag,
      is_default: flag,
      ven_type: text,
      enforcement_mode: text,
      enforcement_mode_lock: flag,
      labels: texts,
      key_lifespan: text,
      allowed_uses_per_key: text,
      total_use_count: integer,
      last_pairing_at: text,
      last_pairing_key_generated_at: text,
    },
    { total_count: integer, enabled: integer },
  ),
  example: { name: 'prod' },
  columns: [
    { header: 'name', value: (row: ProfileRow) => row.name },
    { header: 'enabled', value: (row: ProfileRow) => row.enabled },
    { header: 'default', value: (row: ProfileRow) => row.is_default },
    { header: 'VEN type', value: (row: ProfileRow) => row.ven_type },
    { header: 'mode', value: (row: ProfileRow) => row.enforcement_mode },
    { header: 'mode locked', value: (row: ProfileRow) => row.enforcement_mode_lock },
    { header: 'labels', value: (row: ProfileRow) => row.labels.join(' ') },
    { header: 'key lives', value: (row: ProfileRow) => row.key_lifespan },
    { header: 'uses per key', value: (row: ProfileRow) => row.allowed_uses_per_key },
    { header: 'used', value: (row: ProfileRow) => row.total_use_count },
    { header: 'last pairing', value: (row: ProfileRow) => row.last_pairing_at },
    { header: 'last key', value: (row: ProfileRow) => row.last_pairing_key_generated_at },
    { header: 'description', value: (row: ProfileRow) => row.description },
    { header: 'href', value: (row: ProfileRow) => row.href },
  ],

  async run({ name, max_results: maxResults }, { pce, signal }) {
    const [listing, labels] = await Promise.all([
      pce.pairingProfiles({ name }, { signal, maxResults }),
      pce.labels({}, { signal }),
    ]);
    const terms = new Map(labels.items.map(({ href, key, value }) => [String(href), labelTerm(key, value)]));
    const profiles = [...listing.items].sort(byNameThenHref((profile) => profile.name));
    const enabled = profiles.filter((profile) => profile.enabled).length;
    return {
      answer:
        profiles.length === 0
          ? 'No pairing profile matches.'
          : `${plural(profiles.length, 'pairing profile')}, ${enabled} enabled.`,
      items: profiles.map((profile) => row(profile, terms)),
      totals: { total_count: listing.matched ?? profiles.length, enabled },
      coverage: listingCoverage(listing),
    };
  },
});

const row = (profile: PairingProfile, terms: ReadonlyMap<string, string>): ProfileRow => ({
  href: profile.href,
  name: profile.name,
  ...present({ description: profile.description === '' ? null : profile.description }),
  enabled: profile.enabled,
  is_default: profile.isDefault,
  ...present({ ven_type: profile.venType, enforcement_mode: profile.mode }),
  enforcement_mode_lock: profile.modeLocked,
  labels: profile.labels.map((label) => terms.get(label) ?? label),
  ...present({ key_lifespan: profile.keyLifespan, allowed_uses_per_key: profile.usesPerKey }),
  total_use_count: profile.timesUsed,
  ...present({ last_pairing_at: profile.lastPairingAt, last_pairing_key_generated_at: profile.lastKeyAt }),
});
