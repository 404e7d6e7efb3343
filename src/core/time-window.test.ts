import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from './errors.ts';
import { timeWindow, type TimeWindowArguments } from './time-window.ts';

const NOW = Date.UTC(2025, 5, 15, 12, 0, 0);
const window = (given: TimeWindowArguments) => timeWindow(given, NOW, 7);

describe('time windows', () => {
  it('takes bare dates as whole days in UTC', () => {
    expect(window({ startDate: '2025-06-01', endDate: '2025-06-02' })).toMatchObject({
      start: '2025-06-01T00:00:00Z',
      end: '2025-06-02T23:59:59Z',
      notes: [],
    });
    expect(window({ startDate: '2025-06-01', endDate: '2025-06-01' }).endMs).toBeGreaterThan(Date.UTC(2025, 5, 1, 23));
  });

  it('keeps to the zone that is written', () => {
    expect(window({ startDate: '2025-06-01T02:00:00+02:00', endDate: '2025-06-01 10:30Z' })).toMatchObject({
      start: '2025-06-01T00:00:00Z',
      end: '2025-06-01T10:30:00Z',
    });
    expect(window({ startDate: '2025-06-01T00:00:00.250-0100', endDate: '2025-06-02' }).start).toBe(
      '2025-06-01T01:00:00.250Z',
    );
  });

  it('reads epoch digits in seconds and milliseconds', () => {
    expect(window({ startDate: 1748736000, endDate: '1748822400000' })).toMatchObject({
      start: '2025-06-01T00:00:00Z',
      end: '2025-06-02T00:00:00Z',
    });
  });

  it('looks back from now, or from the end', () => {
    expect(window({}).start).toBe('2025-06-08T12:00:00Z');
    expect(window({ lookbackDays: 0.5 }).start).toBe('2025-06-15T00:00:00Z');
    expect(window({ endDate: '2025-06-10T00:00:00Z', lookbackDays: 1 }).start).toBe('2025-06-09T00:00:00Z');
  });

  it('says what it read into the question', () => {
    expect(window({ startDate: '2025-06-01', lookbackDays: 3 }).notes).toHaveLength(1);
    expect(window({ endDate: '2025-06-15' }).notes).toEqual([
      'end_date lies in the future; there is nothing after now.',
    ]);
  });

  it.each<TimeWindowArguments>([
    { startDate: '2025-06-02', endDate: '2025-06-01' },
    { startDate: '2025-02-30' },
    { startDate: '2025-06-01T10:00:00' },
    { startDate: 'yesterday' },
    { startDate: '2025-13-01' },
    { startDate: '2025-06-01T25:00:00Z' },
    { startDate: '1025-06-01' },
    { lookbackDays: 0 },
    { lookbackDays: Number.NaN },
    { startDate: '' },
  ])('refuses %j', (given) => {
    expect(() => window(given)).toThrow(expect.objectContaining({ code: 'invalid_window' }));
  });

  it('throws nothing but invalid_window', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (startDate, endDate) => {
        try {
          window({ startDate, endDate });
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});
