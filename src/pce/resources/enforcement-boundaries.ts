import type { Versioned } from '../../model/inventory.ts';
import type { SourceBoundary } from '../../model/policy/source.ts';
import { record, text } from './fields.ts';
import { readRule } from './rules.ts';

export type Boundary = SourceBoundary & Versioned;

/** A legacy enforcement boundary (objects.md §8.7): a deny rule that stands by itself. */
export function readBoundary(value: unknown, org: string): Boundary {
  const name = text(record(value, 'enforcement boundary', org), 'name');
  const { href, enabled, providers, consumers, services, networkType, ...rule } = readRule(value, 'deny', org);
  const { updateType, createdAt, updatedAt } = rule;
  return { href, name, enabled, providers, consumers, services, networkType, updateType, createdAt, updatedAt };
}
