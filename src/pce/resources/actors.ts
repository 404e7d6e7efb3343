import type { Actor } from '../../model/inventory.ts';
import { badAnswer } from '../http/failures.ts';
import { flag, optionalText, record, reference } from './fields.ts';

const PLAIN = ['workload', 'virtual_service', 'virtual_server', 'ip_list'] as const;
const EXCLUDABLE = ['label', 'label_group'] as const;

/**
 * One side's element of a rule or scope (objects.md §8.3). A kind this project does not know fails the read: a rule without one of its
 * actors would be another rule.
 */
export function readActor(value: unknown, org: string): Actor {
  const wire = record(value, 'rule actor', org);
  for (const kind of EXCLUDABLE) {
    const href = reference(wire, kind);
    if (href !== null) return { kind, href, exclusion: flag(wire, 'exclusion', false) };
  }
  for (const kind of PLAIN) {
    const href = reference(wire, kind);
    if (href !== null) return { kind, href };
  }
  const actors = optionalText(wire, 'actors');
  if (actors === 'ams' || actors === 'container_host') return { kind: actors };
  const key = optionalText(wire, 'label_dimension');
  if (key !== null) return { kind: 'label_dimension', key };
  throw badAnswer('The PCE sent a rule with an actor of an unknown kind.', {
    keys: Object.keys(wire.fields).slice(0, 5),
  });
}
