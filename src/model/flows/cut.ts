import { Failure } from '../../core/errors.ts';

/** Nesting of a flow record is six; what goes deeper is an attack on the parser (attack 39). */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Sets apart `[` from `{` and `]` from `}`. */
const BRACE_BIT = 0x20;
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
    const { length } = chunk;
    if (length === 0) return;
    let index = this.#inString ? this.#skipString(chunk, 0) : 0;
    let depth = this.#depth;
    for (; index < length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (depth <= 1) {
        if (isBlank(byte)) continue;
        depth = this.#between(byte, depth);
        if (depth === 2) onStart(index);
      } else if (byte === QUOTE) {
        index = this.#skipString(chunk, index + 1) - 1;
      } else if (byte >= OPEN_BRACKET) {
        const bracket = byte | BRACE_BIT;
        if (bracket === OPEN_BRACE) {
          depth += 1;
          if (depth > MAX_DEPTH) throw bad('a record is nested too deeply');
        } else if (bracket === CLOSE_BRACE) {
          depth -= 1;
          if (depth > 1) continue;
          this.#expect = 'comma-or-end';
          onEnd(index + 1);
        }
      }
    }
    this.#depth = depth;
  }

  /** The download ended. Throws `pce_bad_answer` unless the array did too. */
  end(): void {
    if (this.#expect !== 'nothing') throw bad('it ends in the middle');
  }

  /** From inside a string, the index after its closing quote; the length of the chunk when it goes on in the next one. */
  #skipString(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    let index = this.#escaped ? from + 1 : from;
    for (; index < length; index += 1) {
      const byte = chunk[index];
      if (byte === QUOTE) {
        this.#inString = false;
        this.#escaped = false;
        return index + 1;
      }
      if (byte === BACKSLASH) index += 1;
    }
    this.#inString = true;
    // An escape whose second byte is still to come left the index one too far.
    this.#escaped = index > length;
    return length;
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
