import { Readable } from 'node:stream';
import { Failure } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import { recordBatches } from '../collections/records.ts';
import { plainBytes } from '../http/body.ts';
import { isWithin } from '../scope.ts';
import type { ExpressionFilter } from '../view.ts';
import type { TrafficQuery, TrafficStream } from './query.ts';

type Json = Readonly<Record<string, unknown>>;

const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * The query within a label scope: where it names no end, the PCE is asked for what has either end in the scope, so that the cap is
 * spent on rows that may be seen. What it names stays: `within` leaves the rest out as it arrives.
 */
export function scopedQuery(query: TrafficQuery, scope: ExpressionFilter): TrafficQuery {
  const { sources, destinations } = query;
  const isOpen = (include: readonly (readonly unknown[])[]) => include.every((block) => block.length === 0);
  const blocks = (scope.labels ?? []).map((labels) => labels.map((label) => ({ label })));
  if (blocks.length === 0 || !isOpen(sources.include) || !isOpen(destinations.include)) return query;
  return {
    ...query,
    sources: { ...sources, include: blocks },
    destinations: { ...destinations, include: blocks },
    sourcesOrDestinations: true,
  };
}

/**
 * The rows of a result that have an end within the scope. Of a workload outside only application and environment remain; other addresses
 * stay. How much there is outside is not told. Throws where the PCE's cap cut rows that may be seen and others alike: the rest could not
 * be told from nothing.
 */
export function within(stream: TrafficStream, scope: ExpressionFilter, maxResults: number): TrafficStream {
  return {
    ...stream,
    flowsCount: null,
    matchesCount: null,
    async open(signal) {
      const { encoding, chunks } = await stream.open(signal);
      return {
        encoding: 'identity',
        chunks: rowsWithin(plainBytes(Readable.from(chunks), encoding, MAX_BYTES), scope, maxResults),
      };
    },
  };
}

async function* rowsWithin(bytes: AsyncIterable<Buffer>, scope: ExpressionFilter, maxResults: number) {
  let rows = 0;
  let kept = 0;
  yield Buffer.from('[');
  for await (const batch of recordBatches(bytes)) {
    const seen = batch.flatMap((row) => rowWithin(row, scope));
    if (seen.length > 0) yield Buffer.from(`${kept === 0 ? '' : ','}${JSON.stringify(seen).slice(1, -1)}`);
    rows += batch.length;
    kept += seen.length;
  }
  if (rows >= maxResults && kept < rows)
    throw new Failure('invalid_arguments', {
      message: 'More connections match than are sent at once, and not all of them have an end within your labels.',
      remedy: 'Narrow the question: a shorter window, a port, or your own labels as source or destination.',
    });
  yield Buffer.from(']');
}

function rowWithin(row: unknown, scope: ExpressionFilter): readonly Json[] {
  if (!isObject(row)) return [];
  const [isSource, isDestination] = [isInside(row['src'], scope), isInside(row['dst'], scope)];
  if (!isSource && !isDestination) return [];
  const isReporter = row['flow_direction'] === 'outbound' ? isSource : isDestination;
  return [
    {
      ...row,
      src: isSource ? row['src'] : outsider(row['src']),
      dst: isDestination ? row['dst'] : outsider(row['dst']),
      ...(isReporter ? {} : { service: withoutProcess(row['service']) }),
    },
  ];
}

const labelsOf = (end: unknown): readonly unknown[] => {
  const workload = isObject(end) ? end['workload'] : undefined;
  const labels = isObject(workload) ? workload['labels'] : undefined;
  return Array.isArray(labels) ? labels : [];
};

const isInside = (end: unknown, scope: ExpressionFilter): boolean =>
  isObject(end) &&
  isObject(end['workload']) &&
  isWithin(
    labelsOf(end).map((label) => (isObject(label) ? label['href'] : undefined)),
    scope,
  );

const TOLD_OF_OTHERS: readonly unknown[] = ['app', 'env'];

function outsider(end: unknown): unknown {
  if (!isObject(end) || !isObject(end['workload'])) return end;
  const labels = labelsOf(end).filter((label) => isObject(label) && TOLD_OF_OTHERS.includes(label['key']));
  return { workload: { labels, managed: end['workload']['managed'] } };
}

/** The process and user of a row belong to the end that reported it. */
const withoutProcess = (service: unknown): unknown =>
  isObject(service) ? { port: service['port'], proto: service['proto'] } : service;
