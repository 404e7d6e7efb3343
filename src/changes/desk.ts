import { randomBytes } from 'node:crypto';
import type { Principal } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import { Failure } from '../core/errors.ts';
import type { PlanRecord, PlanStore } from '../store/plans.ts';
import { sendAll } from './apply.ts';
import { verify } from './check.ts';
import { holdPlan } from './hold.ts';
import { outcomeOf } from './outcome.ts';
import type {
  ChangeOptions,
  ChangeOutcome,
  Changes,
  PceWriter,
  Plan,
  PlanDraft,
  PlanState,
  RequestOutcome,
} from './plan.ts';
import { pendingObjects } from './policy-objects.ts';
import { lookAgain } from './look-again.ts';
import { planUndo, type UndoDraft } from './undo.ts';

export interface DeskOptions {
  readonly pce: PceWriter;
  readonly store: PlanStore;
  readonly clock: Clock;
  readonly principal: Principal;
  readonly labelScope: string | null;
  /**
   * Throws when this caller may not do what the plan does, or has not confirmed it: judged by the plan, not by the tool that asks (design
   * §5). Asked before anything is read or sent.
   */
  readonly authorise: (plan: Plan) => void | Promise<void>;
  readonly ttlMs?: number | undefined;
  /** A plan that nobody has touched for so long while it was being applied was left by a crash. */
  readonly leaseMs?: number | undefined;
  /** Said with every plan that is only made: plans are kept where they may be lost. */
  readonly caveat?: string | undefined;
}

const DEFAULT_TTL_MS = 60 * 60_000;
const DEFAULT_LEASE_MS = 180_000;
/** Applied plans stay for undoing. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

interface Stored {
  readonly plan: Plan;
  readonly record: PlanRecord;
  readonly journal: RequestOutcome[];
}

/** The one way to write: plans are stored before anything is sent, applied once, journalled request by request, and can be taken back. */
export function createChanges({
  pce,
  store,
  clock,
  principal,
  labelScope,
  authorise,
  ttlMs = DEFAULT_TTL_MS,
  leaseMs = DEFAULT_LEASE_MS,
  caveat,
}: DeskOptions): Changes {
  async function insert(draft: PlanDraft | UndoDraft, undoes: string | null): Promise<Plan> {
    const createdMs = clock.now();
    const plan: Plan = {
      ...draft,
      id: `plan_${randomBytes(16).toString('hex')}`,
      principal,
      labelScope,
      target: pce.identity,
      createdMs,
      expiresMs: createdMs + ttlMs,
      undoes,
    };
    await store.prune(createdMs - KEEP_MS);
    await store.insert({
      id: plan.id,
      state: 'planned',
      document: JSON.stringify(plan),
      journal: '[]',
      createdMs,
      expiresMs: plan.expiresMs,
      touchedMs: createdMs,
    });
    return plan;
  }

  /** Of somebody else, or for another PCE, it does not exist. Throws `forbidden` where the caller's label scope is no longer the plan's. */
  async function find(id: string): Promise<Stored> {
    const record = await store.find(id);
    const plan = record === null ? null : (JSON.parse(record.document) as Plan); // written by insert
    if (
      record === null ||
      plan === null ||
      plan.target !== pce.identity ||
      plan.principal.subject !== principal.subject ||
      plan.principal.issuer !== principal.issuer
    )
      throw new Failure('not_found', {
        message: 'There is no such plan.',
        remedy: 'Make the plan again with dry_run; plans expire after an hour.',
      });
    if (plan.labelScope !== labelScope)
      throw new Failure('forbidden', { message: 'The plan was made for another label scope than yours now.' });
    return { plan, record, journal: JSON.parse(record.journal) as RequestOutcome[] }; // written by run
  }

  const isCold = ({ touchedMs }: PlanRecord): boolean => touchedMs <= clock.now() - leaseMs;

  /** Works on a plan that is held since `sinceMs`, to its end. */
  async function run(
    { plan, journal }: Pick<Stored, 'plan' | 'journal'>,
    { sinceMs, firstChecked, ...options }: ChangeOptions & { readonly sinceMs: number; readonly firstChecked: boolean },
  ): Promise<ChangeOutcome> {
    const hold = holdPlan({ id: plan.id, sinceMs, leaseMs, journal: () => JSON.stringify(journal), store, clock });
    try {
      const { state, failure } = await sendAll(plan, journal, pce, () => hold.write(), { ...options, firstChecked });
      await hold.end();
      await store.transition(plan.id, ['applying'], state, clock.now());
      if (plan.undoes !== null) await closeUndone(plan.undoes, plan, journal, state);
      return outcomeOf(plan, state, journal, failure);
    } catch (error) {
      await hold.end();
      throw leftBehind(plan, error);
    }
  }

  /** Writes down in the plan that was taken back how much of it was. */
  async function closeUndone(
    id: string,
    back: Plan,
    journal: readonly RequestOutcome[],
    state: PlanState,
  ): Promise<void> {
    const record = await store.find(id);
    if (record?.state !== 'undoing') return;
    const outcomes = JSON.parse(record.journal) as RequestOutcome[]; // written by run
    const undone = outcomes.map((outcome, index): RequestOutcome => {
      const own = (back.takesBack ?? []).flatMap((of, at) => (of === index ? [journal[at]?.result] : []));
      return own.length > 0 && own.every((result) => result === 'done') ? { ...outcome, result: 'undone' } : outcome;
    });
    await store.writeJournal(id, JSON.stringify(undone), clock.now(), record.touchedMs);
    const nothing = undone.every((outcome, index) => outcome.result === outcomes[index]?.result);
    const whole = undone.every(({ result }) => result === 'done');
    await store.transition(
      id,
      ['undoing'],
      state === 'applied' ? 'undone' : nothing && whole ? 'applied' : 'stuck',
      clock.now(),
    );
  }

  async function start(stored: Stored, options: ChangeOptions): Promise<ChangeOutcome> {
    const { plan } = stored;
    if (clock.now() > plan.expiresMs)
      throw new Failure('conflict', {
        message: 'The plan has expired; nothing was sent.',
        remedy: 'Make it again with dry_run.',
      });
    // The first request's check comes last, right before it is sent. What an earlier request of the plan is to make is not there yet.
    for (const { check } of plan.requests.toReversed())
      if (check.kind !== 'staged') await verify(check, pce, options.signal);
    const sinceMs = clock.now();
    if (!(await store.transition(plan.id, ['planned'], 'applying', sinceMs))) throw await runsOnce(plan.id);
    if (plan.undoes !== null && !(await claim(plan.undoes, sinceMs))) {
      await store.transition(plan.id, ['applying'], 'planned', clock.now());
      throw await runsOnce(plan.undoes);
    }
    return run(stored, { ...options, sinceMs, firstChecked: true });
  }

  /** One way back at a time. */
  async function claim(id: string, nowMs: number): Promise<boolean> {
    return (
      (await store.transition(id, ['applied', 'stuck'], 'undoing', nowMs)) ||
      (await store.transition(id, ['applying'], 'undoing', nowMs, nowMs - leaseMs))
    );
  }

  async function apply(id: string, options: ChangeOptions = {}): Promise<ChangeOutcome> {
    const stored = await find(id);
    await authorise(stored.plan);
    if (stored.record.state === 'planned') return start(stored, options);
    const sinceMs = clock.now();
    if (!(await store.transition(id, ['applying'], 'applying', sinceMs, sinceMs - leaseMs))) throw await runsOnce(id);
    // The crash may have come before what it takes back was claimed.
    if (stored.plan.undoes !== null) await claim(stored.plan.undoes, sinceMs);
    // Read again: its holder may have written after the first look.
    return run(await find(id), { ...options, sinceMs, firstChecked: false });
  }

  async function runsOnce(id: string): Promise<Failure> {
    const state = (await store.find(id))?.state ?? 'gone';
    const busy = state === 'applying' || state === 'undoing';
    return new Failure('conflict', {
      message: `The plan is ${state}; it runs once and nothing was sent now.`,
      remedy: busy
        ? `Wait for it; if whoever runs it has stopped, it can be resumed ${Math.ceil(leaseMs / 60_000)} minutes after its last step.`
        : 'Look at what it did, or make a new plan.',
      data: { plan_id: id, state },
    });
  }

  /** Who is taking this plan back now. */
  async function wayBackOf(id: string): Promise<string | null> {
    const running = await store.inStates(['applying']);
    return running.find(({ document }) => (JSON.parse(document) as Plan).undoes === id)?.id ?? null; // written by insert
  }

  return {
    pce,
    apply,

    async propose(draft, { dryRun, ...options }) {
      const told = dryRun && caveat !== undefined ? { ...draft, warnings: [...draft.warnings, caveat] } : draft;
      const plan = await insert(told, null);
      return dryRun ? outcomeOf(plan, 'planned', [], null) : apply(plan.id, options);
    },

    async undo(id, { dryRun, ...options }) {
      const { plan, record, journal } = await find(id);
      await authorise(plan);
      if (record.state === 'undoing' && !dryRun) {
        const back = await wayBackOf(id);
        if (back !== null) return apply(back, options);
      }
      const left = record.state === 'applying' && isCold(record);
      if (record.state !== 'applied' && record.state !== 'stuck' && !left) throw await runsOnce(id);
      const outcomes = await lookAgain(plan, journal, pce);
      const depends = plan.requests.some(({ undo }) => undo.kind === 'requests' && undo.later !== undefined);
      const pending = depends ? (await pendingObjects(pce, options.signal)).map(({ href }) => href) : [];
      const back = await insert(
        planUndo(plan, outcomes, { pending: new Set(pending), readAtEnd: record.state === 'applied' }),
        plan.id,
      );
      return dryRun ? outcomeOf(back, 'planned', [], null) : apply(back.id, options);
    },

    async get(id) {
      const { plan, record, journal } = await find(id);
      return outcomeOf(plan, record.state as PlanState, journal, null); // only this module writes states
    },
  };
}

/** The run ended without an end: the journal could not be written, or somebody else took over. What was sent is in the journal. */
function leftBehind({ id }: Plan, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure('change_incomplete', {
    message: 'The record of the change could not be written, so it was stopped where it was.',
    remedy: 'Mend the state folder; then apply-plan goes on with it and undo-change takes it back.',
    data: { plan_id: id },
    cause: error,
  });
}
