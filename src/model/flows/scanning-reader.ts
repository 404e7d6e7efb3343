import { Failure } from '../../core/errors.ts';
import { RecordCutter } from './cut.ts';
import type { FlowReader } from './reader.ts';
import type { FlowRecord } from './record.ts';
import type { FlowTable } from './table.ts';

/** Bytes per JSON.parse: small enough that the objects of a batch die young in the cache, large enough to spread the call. */
export const BATCH_BYTES = 32_768;
/** A record has about 1,300 bytes; one that never ends must not fill the memory. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const OPENING = new Uint8Array([0x5b]);
const CLOSING = new Uint8Array([0x5d]);
const COMMA = new Uint8Array([0x2c]);

/**
 * Reads the JSON download whatever its layout: finds where each record ends, byte by byte, and parses batch by batch, so that never more
 * than a batch exists as objects.
 */
export function scanningReader(table: FlowTable): FlowReader {
  const cutter = new RecordCutter();
  /** What belongs to the next batch: records with their commas, the last one perhaps still running. */
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  const keep = (bytes: Uint8Array): void => {
    pending.push(bytes);
    pendingBytes += bytes.length;
  };

  const parse = (): void => {
    const text = Buffer.concat([OPENING, ...pending, CLOSING]).toString('utf8');
    pending = [];
    pendingBytes = 0;
    let records: readonly FlowRecord[];
    try {
      // What the cutter passes on begins and ends with a record, so it is an array of objects or no JSON.
      records = JSON.parse(text) as readonly FlowRecord[];
    } catch (cause) {
      throw new Failure('pce_bad_answer', {
        message: 'The traffic download could not be read: a record is not valid JSON.',
        cause,
      });
    }
    for (const record of records) table.append(record);
  };

  return {
    push(chunk) {
      /** Where the bytes of this chunk that belong to the batch begin; -1 before the first of them. */
      let from = cutter.inRecord ? 0 : -1;
      let lastEnd = 0;
      cutter.scan(
        chunk,
        (start) => {
          if (from !== -1) return;
          from = start;
          if (pendingBytes > 0) keep(COMMA);
        },
        (end) => {
          lastEnd = end;
          if (pendingBytes + end - from < BATCH_BYTES) return;
          keep(chunk.subarray(from, end));
          parse();
          from = -1;
        },
      );
      // A copy: the memory of the chunk is its owner's again.
      if (from !== -1) keep(chunk.slice(from, cutter.inRecord ? chunk.length : lastEnd));
      if (pendingBytes > MAX_RECORD_BYTES)
        throw new Failure('pce_bad_answer', { message: 'A flow record never ends.' });
    },
    async end() {
      cutter.end();
      if (pendingBytes > 0) parse();
    },
  };
}
