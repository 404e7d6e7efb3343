import { Failure } from '../../core/errors.ts';

/** Nesting of a flow record is six; what goes deeper is an attack on the parser (attack 39). */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** What may come next outside the records. */
type Expect = 'array' | 'record-or-end' | 'record' | 'comma-or-end' | 'nothing';

const bad = (reason: string): Failure =>
  new Failure('pce_bad_answer', { message: `The traffic download could not be read: ${reason}.` });

/**
 * Finds where records end in the bytes of a JSON array of objects that arrives in pieces. It follows strings, escapes and brackets and
 * the commas between records; the values are left to JSON.parse.
 */
export class RecordCutter {
  #expect: Expect = 'array';
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Bytes of a record have been seen whose end has not. */
  get inRecord(): boolean {
    return this.#depth > 1;
  }

  /**
   * Reads a chunk; `onEnd` gets the index after each record. Throws `pce_bad_answer` for bytes that cannot be an array of objects;
   * brackets of the wrong kind and broken values are found by the parser.
   */
  scan(chunk: Uint8Array, onStart: (index: number) => void, onEnd: (index: number) => void): void {
    const length = chunk.length;
    let index = 0;
    if (this.#escaped && length > 0) {
      this.#escaped = false;
      index = 1;
    }
    let inString = this.#inString;
    let depth = this.#depth;
    while (index < length) {
      if (inString) {
        const byte = chunk[index];
        index += 1;
        if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) {
          this.#escaped = index === length;
          index += 1;
        }
        continue;
      }
      const byte = chunk[index] ?? 0;
      index += 1;
      if (depth <= 1) {
        if (isBlank(byte)) continue;
        depth = this.#between(byte, depth);
        if (depth === 2) onStart(index - 1);
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
        if (depth > MAX_DEPTH) throw bad('a record is nested too deeply');
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 1) {
          this.#expect = 'comma-or-end';
          onEnd(index);
        }
      }
    }
    this.#inString = inString;
    this.#depth = depth;
  }

  /** The download ended. Throws `pce_bad_answer` unless the array did too. */
  end(): void {
    if (this.#expect !== 'nothing') throw bad('it ends in the middle');
  }

  /** A byte outside every record; the depth after it. */
  #between(byte: number, depth: number): number {
    const expect = this.#expect;
    if (expect === 'array' && byte === OPEN_BRACKET) {
      this.#expect = 'record-or-end';
      return 1;
    }
    if ((expect === 'record-or-end' || expect === 'record') && byte === OPEN_BRACE) return 2;
    if ((expect === 'record-or-end' || expect === 'comma-or-end') && byte === CLOSE_BRACKET) {
      this.#expect = 'nothing';
      return 0;
    }
    if (expect === 'comma-or-end' && byte === COMMA) {
      this.#expect = 'record';
      return depth;
    }
    throw bad('it is not a list of records');
  }
}
