import type { Label, LabelGroup, LabelRef } from '../../model/inventory.ts';
import { flag, hrefOf, optionalRecord, optionalText, record, records, text, type Wire } from './fields.ts';
import { versioned } from './versioned.ts';

/** objects.md §5.1. */
export function readLabel(value: unknown, org: string): Label {
  const wire = record(value, 'label', org);
  return {
    href: hrefOf(wire),
    key: text(wire, 'key'),
    value: text(wire, 'value'),
    deleted: flag(wire, 'deleted', false),
    createdAt: optionalText(wire, 'created_at'),
    updatedAt: optionalText(wire, 'updated_at'),
    externalDataSet: optionalText(wire, 'external_data_set'),
    externalDataReference: optionalText(wire, 'external_data_reference'),
    usage: readUsage(wire),
  };
}

function readUsage(wire: Wire): Label['usage'] {
  const usage = optionalRecord(wire, 'usage', 'usage of a label');
  if (usage === null) return null;
  return Object.fromEntries(Object.keys(usage.fields).map((kind) => [kind, flag(usage, kind, false)]));
}

/** A label inside another object. Before 22.3 only its href is there (objects.md §0.2); then key and value are empty. */
export const readLabelRef = (wire: Wire): LabelRef => ({
  href: hrefOf(wire),
  key: optionalText(wire, 'key') ?? '',
  value: optionalText(wire, 'value') ?? '',
});

/** objects.md §5.3. */
export function readLabelGroup(value: unknown, org: string): LabelGroup {
  const wire = record(value, 'label group', org);
  return {
    ...versioned(wire),
    name: text(wire, 'name'),
    description: optionalText(wire, 'description'),
    key: text(wire, 'key'),
    labels: records(wire, 'labels', 'label of a label group').map(readLabelRef),
    subGroups: records(wire, 'sub_groups', 'sub-group').map((group) => ({
      href: hrefOf(group),
      name: optionalText(group, 'name'),
    })),
  };
}
