import { CsvError, parse } from 'csv-parse/sync';
import { flagParam, textParam } from '../http/query.ts';
import { invalidUri, notFound, refusedAs } from '../http/refusals.ts';
import { ApiError, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { inputValidation } from '../http/validate.ts';
import type { WorldState } from '../world-state.ts';
import { labelCreated, newLabel } from './labels.ts';
import { idIn } from './wire.ts';
import { workloadChange } from './workload-audit.ts';
import { relabelled } from './workload-edit.ts';
import type { StoredWorkload } from './workload-store.ts';

type Call = Request<WorldState>;

const SCHEMA = 'workloads_bulk_import_put';
const MOST_ROWS = 100_000;

interface Table {
  /** Per column, the label key it sets; null for the two that say which workload. */
  readonly keys: readonly (string | null)[];
  readonly rows: readonly (readonly string[])[];
}

/** The CSV as the console exports it: `href`, `hostname`, then a column `label:<key>` for each label type. Throws 406. */
function tableOf(world: WorldState, body: unknown): Table {
  if (typeof body !== 'string') throw inputValidation(SCHEMA, 'The body is not CSV');
  const [head, ...rows] = recordsOf(body);
  if (head?.[0]?.trim() !== 'href' || head[1]?.trim() !== 'hostname')
    throw inputValidation(SCHEMA, 'The first columns must be href and hostname');
  const keys = head.map((column, index) => (index < 2 ? null : column.trim().replace(/^label:\s*/, '')));
  const unknown = keys.find((key) => key !== null && !world.dimensions.byKey(key));
  if (unknown !== undefined) throw refusedAs('unknownKey');
  return { keys, rows };
}

function recordsOf(text: string): readonly (readonly string[])[] {
  try {
    const records: string[][] = parse(text, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: false,
      to: MOST_ROWS + 1,
    });
    return records;
  } catch (error) {
    if (error instanceof CsvError) throw inputValidation(SCHEMA, error.message.slice(0, 200));
    throw error;
  }
}

/** The workload of a row: by href, or by a host name that only one has. */
function workloadOfRow(world: WorldState, [href = '', hostname = '']: readonly string[]): StoredWorkload {
  if (href !== '') {
    const found = world.workloads.get(idIn(`/orgs/${world.orgId}/workloads`, href) ?? '');
    if (!found || found.deleted) throw invalidUri(href);
    return found;
  }
  const [only, ...others] = world.workloads.all().filter(({ record }) => record.hostname === hostname);
  if (!only || others.length > 0) throw notFound();
  return only;
}

/**
 * Labels of many workloads from CSV: an empty cell leaves the label, the delete token takes it away, anything else replaces it. Rows that
 * cannot be carried out are listed with their line; the others are. A dry run changes nothing.
 */
function bulkImport(request: Call) {
  const { world, caller, query, audit } = request;
  const { keys, rows } = tableOf(world, request.body);
  const create = flagParam(query, 'create_labels') ?? false;
  const dryRun = flagParam(query, 'dry_run') ?? false;
  const deleteToken = textParam(query, 'delete_token');
  const changes: ResourceChange[] = [];
  const made = new Set<string>();
  const errors: { readonly line: number; readonly token: string; readonly message: string }[] = [];
  let updated = 0;

  const labelId = (key: string, value: string): number | null => {
    const known = world.labels.find(key, value);
    if (known) return known.record.id;
    if (!create) throw refusedAs('unknownLabel');
    made.add(`${key}=${value.toLowerCase()}`);
    if (dryRun) return null;
    const label = newLabel(request, { key, value });
    audit('label.create', [labelCreated(world, label)]);
    return label.record.id;
  };

  const carryOut = (row: readonly string[]): void => {
    const before = workloadOfRow(world, row);
    const cells = keys.flatMap((key, index) => {
      const value = row[index]?.trim() ?? '';
      return key === null || value === '' ? [] : [{ key, value }];
    });
    if (cells.length === 0) return;
    const touched = new Set(cells.map(({ key }) => key));
    const kept = before.record.labels.filter((id) => !touched.has(world.labels.get(id)?.record.key ?? ''));
    const given = cells.flatMap(({ key, value }) => (value === deleteToken ? [] : (labelId(key, value) ?? [])));
    const after = relabelled(world, caller, before, [...kept, ...given]);
    updated++;
    if (dryRun) return;
    world.workloads.put(after);
    changes.push(workloadChange(world, before, after));
  };

  for (const [index, row] of rows.entries())
    try {
      carryOut(row);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const [{ token, message } = { token: '', message: '' }] = error.errors;
      errors.push({ line: index + 2, token, message });
    }
  audit('workloads.bulk_update', changes);
  return { status: 200, json: { num_workloads_updated: updated, num_labels_created: made.size, errors } };
}

export const workloadImportRoute: Route<WorldState> = {
  method: 'PUT',
  path: '/orgs/:org/workloads/bulk_import',
  access: 'write',
  handle: bulkImport,
};
