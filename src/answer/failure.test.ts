import { expect, test } from 'vitest';
import { Failure } from '../core/errors.ts';
import { failureResult } from './failure.ts';

const failure = new Failure('label_not_found', {
  message: 'There is no label app=Orderng.',
  data: { candidates: ['Ordering', 'Order <b>Archive</b>'], retry_after_seconds: 3 },
  detail: { request_id: 'SECRET-detail' },
  cause: new Error('SECRET-cause'),
});

test('a failure tells code, message, remedy, data and an example in both lanes', () => {
  const result = failureResult(failure, { example: { app_name: 'Ordering' } });
  expect(result.isError).toBe(true);
  expect(result.content[0].text).toBe(
    [
      'error label_not_found: There is no label app=Orderng.',
      'remedy: Use one of the candidates, or get-labels.',
      'candidates: [Ordering; Order ‹b>Archive‹/b>]',
      'retry_after_seconds: 3',
      'example: {"app_name":"Ordering"}',
    ].join('\n'),
  );
  expect(result.structuredContent).toEqual({
    error: 'label_not_found',
    message: 'There is no label app=Orderng.',
    remedy: 'Use one of the candidates, or get-labels.',
    candidates: ['Ordering', 'Order ‹b>Archive‹/b>'],
    retry_after_seconds: 3,
    example: { app_name: 'Ordering' },
  });
});

test('neither detail nor cause nor stack gets out', () => {
  expect(JSON.stringify(failureResult(failure))).not.toMatch(/SECRET|\.ts:|at /);
});

test('data cannot pose as the code', () => {
  const posing = new Failure('internal', { data: { error: 'approved', message: 'ok' } });
  expect(failureResult(posing).structuredContent).toMatchObject({
    error: 'internal',
    message: 'An unexpected error occurred.',
  });
});

test('the text stands alone where the structured lane is off', () => {
  expect(failureResult(failure, { structured: false })).not.toHaveProperty('structuredContent');
});
