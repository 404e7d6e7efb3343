import type { Href } from '../../core/href.ts';
import { flag, hrefOf, number, optionalText, record, records, type Wire } from './fields.ts';

/** What a host becomes that pairs with a key of it. Keys themselves are never read: the PCE shows one only to whoever makes it. */
export interface PairingProfile {
  readonly href: Href;
  readonly name: string;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly venType: string | null;
  readonly mode: string | null;
  /** True: whoever installs a VEN cannot choose another mode. */
  readonly modeLocked: boolean;
  readonly labels: readonly Href[];
  /** `unlimited` or seconds. */
  readonly keyLifespan: string | null;
  /** `unlimited` or a number. */
  readonly usesPerKey: string | null;
  readonly timesUsed: number;
  readonly lastPairingAt: string | null;
  readonly lastKeyAt: string | null;
}

/** objects.md §6.8. */
export function readPairingProfile(value: unknown, org: string): PairingProfile {
  const wire = record(value, 'pairing profile', org);
  return {
    href: hrefOf(wire),
    name: optionalText(wire, 'name') ?? '',
    description: optionalText(wire, 'description'),
    enabled: flag(wire, 'enabled', false),
    isDefault: flag(wire, 'is_default', false),
    venType: optionalText(wire, 'ven_type'),
    mode: optionalText(wire, 'enforcement_mode') ?? optionalText(wire, 'mode'),
    modeLocked: flag(wire, 'enforcement_mode_lock', flag(wire, 'mode_lock', false)),
    labels: records(wire, 'labels', 'label of a pairing profile').map((label) => hrefOf(label)),
    keyLifespan: limitOf(wire, 'key_lifespan'),
    usesPerKey: limitOf(wire, 'allowed_uses_per_key'),
    timesUsed: number(wire, 'total_use_count'),
    lastPairingAt: optionalText(wire, 'last_pairing_at'),
    lastKeyAt: optionalText(wire, 'last_pairing_key_generated_at'),
  };
}

/** A number or the word `unlimited`. */
function limitOf(wire: Wire, field: string): string | null {
  return typeof wire.fields[field] === 'number' ? String(wire.fields[field]) : optionalText(wire, field);
}
