import type { Versioned } from '../../model/inventory.ts';
import { badAnswer } from '../http/failures.ts';
import { hrefOf, optionalText, type Wire } from './fields.ts';

const UPDATE_TYPES = ['create', 'update', 'delete'] as const;

/** What every policy object has (objects.md §1.3). `update_type` is null or absent where draft and active agree. */
export function versioned(wire: Wire): Versioned {
  const word = optionalText(wire, 'update_type');
  const updateType = UPDATE_TYPES.find((known) => known === word) ?? null;
  if (word !== null && updateType === null)
    throw badAnswer(`The PCE sent a ${wire.what} with an unknown "update_type".`);
  return {
    href: hrefOf(wire),
    updateType,
    createdAt: optionalText(wire, 'created_at'),
    updatedAt: optionalText(wire, 'updated_at'),
  };
}
