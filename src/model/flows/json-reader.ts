import { isObject } from '../../core/json.ts';
import { Failure } from '../../core/errors.ts';
import { RecordCutter } from './cut.ts';
import type { FlowReader } from './reader.ts';
import type { FlowRecord } from './record.ts';
import { BATCH_BYTES, scanningReader } from './scanning-reader.ts';
import type { FlowTable } from './table.ts';

/** Without a border between records for so long, the download is laid out in some other way. */
const MAX_BATCH_BYTES = 8 * BATCH_BYTES;
const QUOTE = 0x22;

/** What stands between two records: from the brace that closes one to the first key of the next. */
interface Border {
  readonly bytes: Buffer;
  /** Of it belongs to the next record. */
  readonly ahead: number;
}

/** The border between the first two records; undefined where there is none, and `pce_bad_answer` for what is no list of records. */
function borderIn(head: Buffer): Border | undefined {
  let end = -1;
  let start = -1;
  new RecordCutter().scan(
    head,
    (index) => {
      if (end !== -1 && start === -1) start = index;
    },
    (index) => {
      if (end === -1) end = index;
    },
  );
  const key = start === -1 ? -1 : head.indexOf(QUOTE, start);
  const keyEnd = key === -1 ? -1 : head.indexOf(QUOTE, key + 1);
  return keyEnd === -1 ? undefined : { bytes: head.subarray(end - 1, keyEnd + 1), ahead: keyEnd + 1 - start };
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length);

/**
 * Reads the JSON download in batches that end where the border between its first two records comes again. The border may occur inside a
 * record too: what was cut there is no JSON, because a string or a bracket stays open in it, and the careful reader takes over. So whatever
 * parses was cut right.
 */
export function jsonReader(table: FlowTable): FlowReader {
  let border: Border | undefined;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** What makes the next bytes a list: at the beginning of the download they bring it along. */
  let opening = '';
  let careful: FlowReader | undefined;

  /** Leaves what is pending, and all that follows, to the reader that looks at every byte. */
  function takeCare(): FlowReader {
    const reader = scanningReader(table);
    careful = reader;
    for (const bytes of [Buffer.from(opening), ...pending]) reader.push(bytes);
    pending = [];
    return reader;
  }

  function keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    // A copy: the memory of the chunk is its owner's again.
    pending.push(Buffer.from(bytes));
    pendingBytes += bytes.length;
  }

  /** Whether the pending bytes with `bytes` were records and nothing else. */
  function parse(bytes: Buffer): boolean {
    const whole = pending.length === 0 ? bytes : Buffer.concat([...pending, bytes]);
    let records: readonly unknown[];
    try {
      // In brackets, so a list or no JSON.
      records = JSON.parse(`${opening}${whole.toString('utf8')}]`) as readonly unknown[];
    } catch {
      return false;
    }
    for (const record of records) {
      if (!isObject(record))
        throw new Failure('pce_bad_answer', {
          message: 'The traffic download could not be read: it is not a list of records.',
        });
      table.append(record as FlowRecord);
    }
    pending = [];
    pendingBytes = 0;
    opening = '[';
    return true;
  }

  /** Takes batches from `bytes` as far as there are borders; the rest stays pending. */
  function take(bytes: Buffer, { bytes: mark, ahead }: Border): void {
    let from = 0;
    for (;;) {
      const at = bytes.indexOf(mark, from + Math.max(0, BATCH_BYTES - pendingBytes));
      if (at === -1) break;
      if (!parse(bytes.subarray(from, at + 1))) {
        takeCare().push(bytes.subarray(from));
        return;
      }
      from = at + mark.length - ahead;
    }
    keep(bytes.subarray(from));
    if (pendingBytes > MAX_BATCH_BYTES) takeCare();
  }

  return {
    push(chunk) {
      if (careful !== undefined) {
        careful.push(chunk);
        return;
      }
      const bytes = asBuffer(chunk);
      if (border !== undefined) {
        take(bytes, border);
        return;
      }
      keep(bytes);
      if (pendingBytes < BATCH_BYTES) return;
      const head = Buffer.concat(pending);
      border = borderIn(head.subarray(0, BATCH_BYTES));
      if (border === undefined) {
        takeCare();
        return;
      }
      pending = [];
      pendingBytes = 0;
      take(head, border);
    },
    async end() {
      await (careful ?? takeCare()).end();
    },
  };
}
