import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import checkPceConnection from './check-pce-connection.ts';

const status = {
  host: 'pce.example.com',
  port: 8443,
  orgId: '1',
  version: '25.2.20',
  build: 14,
  health: 'normal',
  latencyMs: 12.4,
  clockSkewMs: -250.2,
};

describe('check-pce-connection', () => {
  it('tells what answered', async () => {
    const { structured, isError } = await callTool(checkPceConnection, {}, { pce: memoryPce({ status }) });
    expect(isError).toBe(false);
    expect(structured.answer).toBe(
      'The PCE connection works: pce.example.com:8443, org 1, version 25.2.20, health normal, 12 ms.',
    );
    expect(structured.items[0]).toMatchObject({ latency_ms: 12, clock_skew_ms: -250, build: 14 });
  });

  it('is an error when nothing answers, never a success that says no', async () => {
    const { isError, structured, text } = await callTool(checkPceConnection, {}, { pce: memoryPce({}) });
    expect(isError).toBe(true);
    expect(structured.error).toBe('pce_unreachable');
    expect(text).toContain('remedy:');
  });

  it('warns of clocks that disagree and of a PCE that does not tell its health', async () => {
    const odd = { ...status, health: null, clockSkewMs: 3_600_000 };
    const { structured } = await callTool(checkPceConnection, {}, { pce: memoryPce({ status: odd }) });
    expect(structured.coverage.gaps).toHaveLength(2);
    expect(structured.items[0]).not.toHaveProperty('health');
  });
});
