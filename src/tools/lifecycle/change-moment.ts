import { Failure } from '../../core/errors.ts';
import { textOf } from '../../changes/wire.ts';
import { newestVersion } from '../../changes/policy-objects.ts';
import type { ToolContext } from '../tool.ts';

export interface Moment {
  readonly ms: number;
  /** `version 12`, `plan plan_…`. */
  readonly what: string;
}

interface Named {
  readonly start_date?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly version?: number | undefined;
}

/** When the change happened that a caller names: a time, a plan, a policy version, or else the newest version. */
export async function changeMoment(
  { start_date: time, plan_id: plan, version }: Named,
  context: ToolContext,
): Promise<Moment> {
  if (time !== undefined) {
    const ms = Date.parse(time);
    if (Number.isNaN(ms) || !/(?:Z|[+-]\d{2}:?\d{2})$/i.test(time))
      throw new Failure('invalid_window', {
        message: `start_date is not a time with a zone: ${time.slice(0, 40)}`,
        data: { example: '2025-06-15T22:00:00Z' },
      });
    return { ms, what: time };
  }
  const changes = await context.changes();
  if (plan !== undefined) {
    const found = await changes.get(plan);
    if (found.state === 'planned')
      throw new Failure('conflict', { message: 'The plan has not been applied.', remedy: 'apply-plan first.' });
    return { ms: found.plan.createdMs, what: `plan ${plan}` };
  }
  const { pce } = changes;
  const number = version ?? (await newestVersion(pce, context.signal));
  const read = number === 0 ? null : await pce.read(`/orgs/${pce.orgId}/sec_policy/${number}`, context.signal);
  const createdAt = read === null ? null : textOf(read, 'created_at');
  if (createdAt === null)
    throw new Failure('not_found', {
      message: `There is no policy version ${number}.`,
      remedy: 'Give a version that get-policy-versions lists, or start_date.',
    });
  return { ms: Date.parse(createdAt), what: `version ${number}` };
}
