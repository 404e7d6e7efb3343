import { expect, test } from 'vitest';
import { workerEntry } from './worker-entry.ts';

test('from the source the worker is TypeScript, from the bundle it is worker.js beside the main file', () => {
  expect(workerEntry('file:///app/src/work/worker-entry.ts').href).toBe('file:///app/src/work/worker.ts');
  expect(workerEntry('file:///app/dist/illumio-mcp.js').href).toBe('file:///app/dist/worker.js');
  expect(workerEntry('file:///app/my.ts/dist/chunk-1.js').href).toBe('file:///app/my.ts/dist/worker.js');
});
