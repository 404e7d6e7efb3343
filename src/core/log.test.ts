import { describe, expect, it } from 'vitest';
import { Failure } from './errors.ts';
import { createLog, type LogLevel } from './log.ts';
import { Secret } from './secret.ts';

function logTo(level?: LogLevel) {
  const lines: string[] = [];
  const log = createLog({ level, write: (line) => lines.push(line), clock: { now: () => 0 } });
  return { log, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('log', () => {
  it('writes one JSON object per line', () => {
    const { log, lines, last } = logTo();
    log.info('hello', { port: 1, list: [1n] });
    expect(lines).toEqual([expect.stringMatching(/^\{.*\}\n$/)]);
    expect(last()).toEqual({ time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'hello', port: 1, list: ['1'] });
  });

  it('is silent below its level', () => {
    const { log, lines } = logTo('warning');
    log.debug('a');
    log.info('b');
    log.warning('c');
    log.error('d');
    expect(lines).toHaveLength(2);
  });

  it('opens an error: code, private detail, stack and the chain of causes', () => {
    const { log, last } = logTo();
    const cause = new TypeError('inner');
    log.error('failed', { error: new Failure('pce_rejected', { detail: { token: 'input_validation_error' }, cause }) });
    expect(last()['error']).toMatchObject({
      name: 'Failure',
      code: 'pce_rejected',
      detail: { token: 'input_validation_error' },
      stack: expect.stringContaining('log.test.ts'),
      cause: { name: 'TypeError', message: 'inner', stack: expect.stringContaining('log.test.ts') },
    });
  });

  it('cannot be made to look like two lines or to reorder itself', () => {
    const { log, lines, last } = logTo();
    const hostile = 'a\n{"level":"error"}\u001b[2J\u0085\u2028\u202e\u007f';
    log.info('x', { hostile });
    expect(lines[0]?.trimEnd()).toMatch(/^[\x20-\x7e]*$/);
    expect(last()['hostile']).toBe(hostile);
  });

  it('shows no secret: by type, by name, by value', () => {
    const { log, lines } = logTo();
    log.hide('hush-hush"quoted');
    log.info('sent hush-hush"quoted', {
      a: new Secret('typed-secret'),
      api_secret: 'named-secret',
      nested: { Authorization: 'Basic eDp5', text: 'x hush-hush"quoted y' },
      error: new Error('for https://x/?q=hush-hush%22quoted'),
    });
    expect(lines.join()).not.toMatch(/hush|typed-secret|named-secret|eDp5/);
  });

  it('survives what cannot be serialised', () => {
    const { log, last } = logTo();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    log.info('x', { loop, f: () => 1, long: 'x'.repeat(100_000) });
    expect(JSON.stringify(last()).length).toBeLessThan(20_000);
  });
});
