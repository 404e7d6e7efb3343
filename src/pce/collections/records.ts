import { setImmediate as nextTurn } from 'node:timers/promises';
import { badAnswer } from '../http/failures.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);
const MAX_DEPTH = 64;

export interface BatchOptions {
  /** Parse as soon as so many bytes of whole records are there: small enough not to hold up the event loop. */
  readonly batchBytes?: number;
  /** One record larger than this is no record. */
  readonly maxRecordBytes?: number;
}

/**
 * The elements of a JSON array, in batches, as its bytes arrive: the bytes are only searched for the commas between elements, and the
 * built-in parser reads what lies between. Throws `pce_bad_answer` when the array does not end, and for what is not an array; the caller
 * must not use the batches before the last one has come.
 */
export async function* recordBatches(
  chunks: AsyncIterable<Buffer>,
  { batchBytes = 256 * 1024, maxRecordBytes = 32 * 1024 * 1024 }: BatchOptions = {},
): AsyncGenerator<readonly unknown[], void, undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const scan = createScan();

  function take(chunk: Buffer, from: number, to: number): readonly unknown[] {
    const text = Buffer.concat([...parts.splice(0), chunk.subarray(from, to)]).toString('utf8');
    bytes = 0;
    return parse(text);
  }

  for await (const chunk of chunks) {
    const { start, lastComma, end } = scan(chunk);
    if (end !== -1) {
      const batch = take(chunk, start, end);
      if (batch.length > 0) yield batch;
      continue;
    }
    if (start === -1) continue;
    if (lastComma !== -1 && bytes + lastComma - start >= batchBytes) {
      yield take(chunk, start, lastComma);
      await nextTurn();
      parts.push(chunk.subarray(lastComma + 1));
    } else parts.push(chunk.subarray(start));
    bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytes > maxRecordBytes) throw badAnswer('The PCE sent a record that is too large to be one.');
  }
  if (!scan.finished()) throw badAnswer('The list the PCE sent breaks off before its end.', { incomplete: true });
}

interface Cut {
  /** Where the elements start in this chunk; -1 while the array has not begun or after it has ended. */
  readonly start: number;
  /** The last comma between two elements, or -1. */
  readonly lastComma: number;
  /** Where the array ends in this chunk, or -1. */
  readonly end: number;
}

/** Remembers across chunks whether the last byte lay in a string, and how deep. */
function createScan(): { (chunk: Buffer): Cut; finished(): boolean } {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;

  function scan(chunk: Buffer): Cut {
    let start = depth > 0 ? 0 : -1;
    let lastComma = -1;
    let end = -1;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (depth === 0) {
        if (BLANK.has(byte)) continue;
        if (ended || byte !== 0x5b) throw badAnswer('The PCE sent something that is not one JSON list.');
        depth = 1;
        start = at + 1;
      } else if (byte === QUOTE) inString = true;
      else if (byte === COMMA) {
        if (depth === 1) lastComma = at;
      } else if (OPEN.has(byte)) {
        if (++depth > MAX_DEPTH) throw badAnswer('The PCE sent a record that is nested too deeply.');
      } else if (CLOSE.has(byte) && --depth === 0) {
        if (byte !== 0x5d) throw badAnswer('The PCE sent something that is not one JSON list.');
        ended = true;
        end = at;
      }
    }
    return { start, lastComma, end };
  }
  return Object.assign(scan, { finished: () => ended });
}

function parse(text: string): readonly unknown[] {
  try {
    return JSON.parse(`[${text}]`) as unknown[]; // the brackets are ours
  } catch (cause) {
    throw badAnswer('The PCE sent a list that could not be read.', { incomplete: true }, cause);
  }
}
