import type { DimensionRecord, Estate, LabelRecord } from '../estates/estate.ts';
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

export function createLabelStore(estate: Estate, ids: Ids): LabelStore {
  const labels = new Map<number, StoredLabel>();
  const byName = new Map<string, number>();
  const store: LabelStore = {
    all: () => [...labels.values()],
    get: (id) => labels.get(id),
    find(key, value) {
      const id = byName.get(nameOf(key, value));
      return id === undefined ? undefined : labels.get(id);
    },
    put(label) {
      const { id, key, value } = label.record;
      const before = labels.get(id);
      if (before) byName.delete(nameOf(before.record.key, before.record.value));
      if (!label.deleted) byName.set(nameOf(key, value), id);
      labels.set(id, label);
    },
  };
  for (const record of estate.labels) {
    ids.taken('labels', record.id);
    store.put({
      record,
      createdBy: userHref(record.createdBy),
      updatedBy: userHref(record.createdBy),
      externalDataSet: null,
      externalDataReference: null,
      deleted: false,
    });
  }
  return store;
}

export interface DimensionStore {
  all(): readonly StoredDimension[];
  get(id: string): StoredDimension | undefined;
  /** The living dimension of a key. */
  byKey(key: string): StoredDimension | undefined;
  put(dimension: StoredDimension): void;
}

export function createDimensionStore(estate: Estate): DimensionStore {
  const dimensions = new Map<string, StoredDimension>(
    estate.dimensions.map((record) => [
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
    put: (dimension) => void dimensions.set(dimension.record.id, dimension),
  };
}
