import { type Clock, systemClock } from './clock.ts';
import { Failure } from './errors.ts';

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** Writes one JSON line per event. Nothing here goes to stdout, which belongs to the protocol. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warning(message: string, fields?: Fields): void;
  /** `fields.error` is written with its stack, its private detail and its causes. */
  error(message: string, fields?: Fields): void;
  /** From now on the value is cut out of every line, wherever it appears. */
  hide(secret: string): void;
}

export interface LogOptions {
  readonly level?: LogLevel | undefined;
  /** Gets each line with its line break. */
  readonly write: (line: string) => void;
  readonly clock?: Clock | undefined;
}

const REDACTED = '[redacted]';
// Names under which the reference server and HTTP libraries carry secrets.
const SECRET_NAME =
  /^(?:api_?key|api_?secret|secret|password|(?:access|id|refresh|auth|session|confirm)_token|authorization|cookie|set-cookie)$/i;
// JSON escapes the C0 controls itself. The rest of what can forge or reorder a line in a terminal or viewer: DEL and C1 controls,
// line and paragraph separators, direction marks (attack 45 of the security cases).
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
// Shorter values would cut holes into ordinary words.
const MIN_HIDDEN = 6;
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 8_000;

export function createLog({ level = 'info', write, clock = systemClock }: LogOptions): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  const hidden = new Set<string>();

  function emit(at: LogLevel, message: string, fields: Fields = {}): void {
    if (LOG_LEVELS.indexOf(at) < threshold) return;
    const entry = { time: new Date(clock.now()).toISOString(), level: at, message, ...plainFields(fields) };
    let line = JSON.stringify(entry).replace(UNSAFE, escape);
    for (const value of hidden) line = line.replaceAll(value, REDACTED);
    write(`${line}\n`);
  }

  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warning: (message, fields) => emit('warning', message, fields),
    error: (message, fields) => emit('error', message, fields),
    hide(secret) {
      if (secret.length < MIN_HIDDEN) return;
      // As it stands, and as it looks inside a JSON string and inside a URL.
      hidden.add(secret).add(JSON.stringify(secret).slice(1, -1)).add(encodeURIComponent(secret));
    },
  };
}

const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const plainFields = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, named(name, value, 0)]));

const named = (name: string, value: unknown, depth: number): unknown =>
  SECRET_NAME.test(name) && value !== undefined && value !== null ? REDACTED : plain(value, depth);

/** `value` as JSON can hold it: errors opened up, depth, width and length bounded. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) return plainError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => plain(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON(), depth + 1);
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([name, inner]) => [name, named(name, inner, depth + 1)]),
  );
}

function plainError(error: Error, depth: number): unknown {
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: plain(error.message, depth + 1),
    ...(code === undefined ? {} : { code: plain(code, depth + 1) }),
    ...(error instanceof Failure ? { data: plain(error.data, depth + 1), detail: plain(error.detail, depth + 1) } : {}),
    stack: plain(error.stack, depth + 1),
    ...(error.cause === undefined ? {} : { cause: plain(error.cause, depth + 1) }),
  };
}

/** Drops everything: for tests and for commands that have no log. */
export const silentLog: Log = createLog({ write: () => {} });
