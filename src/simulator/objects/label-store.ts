import type { DimensionRecord, Estate, LabelRecord } from '../estates/estate.ts';
import type { Tables } from '../state/tables.ts';
import type { Ids } from './ids.ts';
import { userHref } from './wire.ts';

export interface StoredLabel {
  readonly record: LabelRecord;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly externalDataSet: string | null;
  readonly externalDataReference: string | null;
  readonly deleted: boolean;
}

export interface StoredDimension {
  readonly record: DimensionRecord;
  readonly updatedMs: number;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly externalDataSet: string | null;
  readonly externalDataReference: string | null;
  readonly deletedMs: number | null;
}

export interface LabelStore {
  /** Deleted ones included, in order of creation. */
  all(): readonly StoredLabel[];
  get(id: number): StoredLabel | undefined;
  /** The living label of a key and value; both compare without case (objects.md §5.1). */
  find(key: string, value: string): StoredLabel | undefined;
  put(label: StoredLabel): void;
}

const nameOf = (key: string, value: string): string => `${key.toLowerCase()}\u0000${value.toLowerCase()}`;

export function createLabelStore(estate: Estate, ids: Ids, tables: Tables): LabelStore {
  const labels = tables.open('labels', () => seedLabels(estate));
  const byName = new Map<string, number>();
  for (const { record, deleted } of labels.values()) {
    ids.taken('labels', record.id);
    if (!deleted) byName.set(nameOf(record.key, record.value), record.id);
  }
  return {
    all: () => [...labels.values()],
    get: (id) => labels.get(String(id)),
    find(key, value) {
      const id = byName.get(nameOf(key, value));
      return id === undefined ? undefined : labels.get(String(id));
    },
    put(label) {
      const { id, key, value } = label.record;
      const before = labels.get(String(id));
      if (before) byName.delete(nameOf(before.record.key, before.record.value));
      if (!label.deleted) byName.set(nameOf(key, value), id);
      labels.set(String(id), label);
    },
  };
}

const seedLabels = ({ labels }: Estate) =>
  labels.map((record): readonly [string, StoredLabel] => [
    String(record.id),
    {
      record,
      createdBy: userHref(record.createdBy),
      updatedBy: userHref(record.createdBy),
      externalDataSet: null,
      externalDataReference: null,
      deleted: false,
    },
  ]);

export interface DimensionStore {
  all(): readonly StoredDimension[];
  get(id: string): StoredDimension | undefined;
  /** The living dimension of a key. */
  byKey(key: string): StoredDimension | undefined;
  put(dimension: StoredDimension): void;
}

export function createDimensionStore(estate: Estate, tables: Tables): DimensionStore {
  const dimensions = tables.open('label_dimensions', () =>
    estate.dimensions.map((record): readonly [string, StoredDimension] => [
      record.id,
      {
        record,
        updatedMs: record.createdMs,
        createdBy: userHref(0),
        updatedBy: userHref(0),
        externalDataSet: null,
        externalDataReference: null,
        deletedMs: null,
      },
    ]),
  );
  return {
    all: () => [...dimensions.values()],
    get: (id) => dimensions.get(id),
    byKey: (key) => [...dimensions.values()].find(({ record, deletedMs }) => record.key === key && deletedMs === null),
    put: (dimension) => dimensions.set(dimension.record.id, dimension),
  };
}
