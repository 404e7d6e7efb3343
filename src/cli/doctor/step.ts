import { asFailure } from '../../core/errors.ts';

export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do; only where something is wrong. */
  readonly remedy?: string | undefined;
}

export interface Step {
  readonly name: string;
  readonly run: () => Promise<Finding>;
}

export type Checked = Finding & { readonly step: string };

/** Runs the steps in order. After one that failed the rest is skipped: it would only fail for the same reason. */
export async function* check(steps: readonly Step[]): AsyncGenerator<Checked> {
  let failed: string | undefined;
  for (const { name, run } of steps) {
    const finding: Finding =
      failed === undefined ? await run().catch(asFinding) : { status: 'skipped', detail: `because ${failed} failed` };
    if (finding.status === 'failed') failed = name;
    yield { step: name, ...finding };
  }
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warning = (detail: string, remedy: string): Finding => ({ status: 'warning', detail, remedy });
export const failed = (detail: string, remedy: string): Finding => ({ status: 'failed', detail, remedy });

function asFinding(error: unknown): Finding {
  const { message, remedy, code, cause } = asFailure(error);
  const reason = code === 'internal' && cause instanceof Error ? cause.message : message;
  return failed(reason, remedy);
}
