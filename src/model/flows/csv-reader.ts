import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { Failure } from '../../core/errors.ts';
import { csvRecords } from './csv-record.ts';
import type { FlowReader } from './reader.ts';
import type { FlowTable } from './table.ts';

const MAX_RECORD_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

const bad = (reason: string, cause?: unknown): Failure =>
  new Failure('pce_bad_answer', { message: `The traffic download could not be read: ${reason}.`, cause });

/**
 * Reads the CSV download (traffic.md §4.3), columns by header name. CSV has no end mark: a last line without its line break counts as
 * cut off, because half a number would look like a whole one.
 */
export function csvReader(table: FlowTable): FlowReader {
  let failure: Failure | undefined;
  let lastByte: number | undefined;
  let recordOf: ReturnType<typeof csvRecords>;
  const parser = parse({ bom: true, max_record_size: MAX_RECORD_BYTES });
  parser.on('error', (cause) => {
    failure ??= bad('a line does not fit the header', cause);
  });
  const take = (cells: readonly string[]): void => {
    if (recordOf !== undefined) {
      table.append(recordOf(cells));
      return;
    }
    recordOf = csvRecords(cells);
    if (recordOf === undefined) failure ??= bad('its header has no addresses');
  };
  const drain = (): void => {
    // Without options that say otherwise the parser gives lists of strings.
    for (let line: unknown = parser.read(); line !== null; line = parser.read()) take(line as readonly string[]);
  };
  return {
    push(chunk) {
      if (chunk.length === 0) return;
      lastByte = chunk.at(-1);
      // A copy: the parser keeps what is left of a line, and the memory of the chunk is its owner's again.
      parser.write(Buffer.from(chunk));
      drain();
      if (failure !== undefined) throw failure;
    },
    async end() {
      if (lastByte !== NEWLINE) throw bad('it ends in the middle of a line');
      parser.on('readable', drain);
      parser.end();
      await finished(parser, { writable: false }).catch((cause: unknown) => {
        throw failure ?? bad('a line does not fit the header', cause);
      });
      if (failure !== undefined) throw failure;
      if (recordOf === undefined) throw bad('it is empty');
    },
  };
}
