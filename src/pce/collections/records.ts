import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure } from '../../core/errors.ts';
import { RecordCutter } from '../../model/flows/cut.ts';
import { badAnswer } from '../http/failures.ts';

export interface BatchOptions {
  /** Parse as soon as so many bytes of whole records are there: small enough not to hold up the event loop. */
  readonly batchBytes?: number;
  /** One record larger than this is no record. */
  readonly maxRecordBytes?: number;
}

/**
 * The records of a JSON array of objects, in batches, as its bytes arrive: the bytes are cut between records, and the built-in parser
 * reads what lies between. Throws `pce_bad_answer` when the array does not end, and for what is no array of objects; the caller must not
 * use the batches before the last one has come.
 */
export async function* recordBatches(
  chunks: AsyncIterable<Buffer>,
  { batchBytes = 256 * 1024, maxRecordBytes = 32 * 1024 * 1024 }: BatchOptions = {},
): AsyncGenerator<readonly unknown[], void, undefined> {
  const cutter = new RecordCutter();
  let parts: Buffer[] = [];
  let bytes = 0;
  // How many of these bytes end with a record.
  let whole = 0;

  for await (const chunk of chunks) {
    let end = -1;
    const onEnd = (index: number): void => {
      end = index;
    };
    asBadAnswer(() => cutter.scan(chunk, ignore, onEnd), false);
    parts.push(chunk);
    if (end !== -1) whole = bytes + end;
    bytes += chunk.length;
    if (bytes - whole > maxRecordBytes) throw badAnswer('The PCE sent a record that is too large to be one.');
    if (whole < batchBytes) continue;
    const all = Buffer.concat(parts);
    yield parse(all.subarray(0, whole));
    await nextTurn();
    const rest = all.subarray(whole);
    parts = [rest];
    bytes = rest.length;
    whole = 0;
  }
  asBadAnswer(() => cutter.end(), true);
  if (whole > 0) yield parse(Buffer.concat(parts).subarray(0, whole));
}

const ignore = (): void => {};

/** Before the first record stand only what separates it from the one before, or the bracket of the array. */
function parse(bytes: Buffer): readonly unknown[] {
  try {
    return JSON.parse(`[${bytes.toString('utf8', bytes.indexOf('{'))}]`) as unknown[]; // the brackets are ours
  } catch (cause) {
    throw badAnswer('The PCE sent a list that could not be read.', { incomplete: true }, cause);
  }
}

function asBadAnswer(cut: () => void, incomplete: boolean): void {
  try {
    cut();
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    const what = incomplete ? 'breaks off before its end' : 'is not one list of records';
    throw badAnswer(`What the PCE sent ${what}.`, { incomplete }, cause);
  }
}
