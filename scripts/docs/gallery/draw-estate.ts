import { isObject } from '../../../src/core/json.ts';
import { numberOf, type Row, sums, textOf } from './ask.ts';
import { answer, type Draw, some, toneOf } from './draw.ts';
import { bars, cards, grid, legend } from './svg.ts';

const named = (row: Row): string => `${textOf(row, 'app')} (${textOf(row, 'env')})`;

export const infrastructure: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const [first] = rows;
  if (first === undefined) throw new Error('no applications');
  const most = (field: string): Row => rows.toSorted((a, b) => numberOf(b, field) - numberOf(a, field))[0] ?? first;
  return {
    sentence,
    forms: [
      cards([
        { value: named(first), label: 'highest score', tone: 'violet' },
        { value: textOf(most('in_degree'), 'in_degree'), label: `depend on ${named(most('in_degree'))}`, tone: 'blue' },
        {
          value: textOf(most('out_degree'), 'out_degree'),
          label: `used by ${named(most('out_degree'))}`,
          tone: 'green',
        },
      ]),
      bars(
        rows.map((row) => ({
          label: named(row),
          parts: [{ value: numberOf(row, 'infrastructure_score'), tone: 'violet' as const }],
          note: `${textOf(row, 'infrastructure_score')}  ${textOf(row, 'tier')}`,
        })),
      ),
    ],
  };
};

export const infrastructureServices: Draw = (answers) => {
  const { rows } = answer(answers);
  const providers = some(
    rows.filter((row) => textOf(row, 'dominant_pattern') === 'provider'),
    'providers',
  );
  return {
    sentence: `${providers.length} of ${rows.length} applications serve more than they use; how many depend on each.`,
    forms: [
      grid(
        [
          { title: 'Application', width: 190 },
          { title: 'Used by', width: 70 },
          { title: 'Among them', width: 612 },
        ],
        providers.slice(0, 12).map((row) => [named(row), textOf(row, 'in_degree'), textOf(row, 'consumed_by')]),
      ),
    ],
  };
};

const MODES = ['full', 'selective', 'visibility_only', 'idle'] as const;

/** Workloads of the largest applications by mode. */
export const modes: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const largest = rows.toSorted((a, b) => numberOf(b, 'workload_count') - numberOf(a, 'workload_count')).slice(0, 16);
  return {
    sentence,
    forms: [
      legend(MODES.map((mode) => [toneOf(mode), mode.replace('_', ' ')])),
      bars(
        largest.map((row) => {
          const counts = isObject(row['enforcement_modes']) ? row['enforcement_modes'] : {};
          return {
            label: named(row),
            parts: MODES.map((mode) => ({ value: Number(counts[mode] ?? 0), tone: toneOf(mode) })),
            note: `${textOf(row, 'workload_count')} workloads, ${textOf(row, 'unmanaged_count')} without agent`,
          };
        }),
      ),
    ],
  };
};

export const labelsByType: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const counts = sums(
    rows,
    (row) => textOf(row, 'key'),
    () => 1,
  );
  return {
    sentence,
    forms: [
      bars(
        counts.map(([key, value]) => ({
          label: key,
          parts: [{ value, tone: 'blue' as const }],
          note: `${value}  ${rows
            .filter((row) => textOf(row, 'key') === key)
            .slice(0, 4)
            .map((row) => textOf(row, 'value').trim())
            .join(', ')}`,
        })),
      ),
    ],
  };
};

export const ipLists: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  // A long list comes in several parts.
  const counts = sums(
    rows,
    (row) => textOf(row, 'name'),
    () => 0,
  ).map(([name]) => {
    const row = rows.find((candidate) => textOf(candidate, 'name') === name) ?? {};
    return { name, ranges: numberOf(row, 'ip_range_count'), first: textOf(row, 'ip_ranges') || textOf(row, 'fqdns') };
  });
  return {
    sentence,
    forms: [
      grid(
        [
          { title: 'IP list', width: 250 },
          { title: 'Ranges', width: 80 },
          { title: 'First of them', width: 542 },
        ],
        counts.toSorted((a, b) => b.ranges - a.ranges).map(({ name, ranges, first }) => [name, String(ranges), first]),
      ),
    ],
  };
};

/** What the roles of an application serve: the port is the sign of the role. */
export const roles: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const labelled = some(
    rows.filter((row) => textOf(row, 'destination_role') !== ''),
    'labelled destinations',
  );
  return {
    sentence,
    forms: [
      bars(
        labelled.slice(0, 12).map((row) => ({
          label: `${textOf(row, 'destination_role')} on ${textOf(row, 'port')}/${textOf(row, 'proto')}`,
          parts: [{ value: numberOf(row, 'connections'), tone: 'blue' as const }],
        })),
      ),
    ],
  };
};

export const talkers: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  return {
    sentence,
    forms: [
      bars(
        rows.slice(0, 5).map((row) => ({
          label: `${textOf(row, 'source_app')} (${textOf(row, 'source_env')})`,
          parts: [{ value: numberOf(row, 'connections'), tone: 'blue' as const }],
        })),
      ),
    ],
  };
};
