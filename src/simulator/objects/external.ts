import { refusedAs } from '../http/refusals.ts';

interface External {
  readonly externalDataSet: string | null;
  readonly externalDataReference: string | null;
  readonly deleted?: boolean;
}

/** Data set and reference together name one object of a kind; either alone may repeat (objects.md §1.3). */
export function requireExternalUnique(
  others: readonly External[],
  given: { readonly external_data_set?: string | null; readonly external_data_reference?: string | null },
): void {
  const { external_data_set: dataSet, external_data_reference: reference } = given;
  if (dataSet === undefined || dataSet === null || reference === undefined || reference === null) return;
  const clash = others.some(
    (other) => other.deleted !== true && other.externalDataSet === dataSet && other.externalDataReference === reference,
  );
  if (clash) throw refusedAs('externalReference');
}
