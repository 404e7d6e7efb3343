import { asFailure } from '../../core/errors.ts';
import { FAULTS, type FaultCode } from './faults.ts';

export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What is wrong and what to do; only where something is. */
  readonly code?: FaultCode | undefined;
  readonly remedy?: string | undefined;
}

export interface Step {
  readonly name: string;
  readonly run: () => Promise<Finding>;
}

export type Checked = Finding & { readonly step: string };

/** Runs the steps in order. After one that failed the rest is skipped: it would only fail for the same reason. */
export async function* check(steps: Iterable<Step>): AsyncGenerator<Checked> {
  let failed: string | undefined;
  for (const { name, run } of steps) {
    const finding: Finding = failed === undefined ? await run().catch(asFinding) : skipped(`because ${failed} failed`);
    if (finding.status === 'failed') failed = name;
    yield { step: name, ...finding };
  }
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const skipped = (detail: string): Finding => ({ status: 'skipped', detail });
export const warning = (code: FaultCode, detail: string): Finding => ({
  status: 'warning',
  detail,
  code,
  remedy: FAULTS[code],
});
export const failed = (code: FaultCode, detail: string): Finding => ({
  status: 'failed',
  detail,
  code,
  remedy: FAULTS[code],
});

/** A step ends with this when it knows what is wrong. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly finding: Finding;

  constructor(code: FaultCode, detail: string) {
    super(detail);
    this.finding = failed(code, detail);
  }
}

function asFinding(error: unknown): Finding {
  if (error instanceof Fault) return error.finding;
  const { message, code, cause } = asFailure(error);
  return failed('unexpected', code === 'internal' && cause instanceof Error ? cause.message : message);
}

/** The code of a system, TLS or proxy error. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'error';
