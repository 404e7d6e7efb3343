import { randomBytes } from 'node:crypto';
import type { Principal } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import { Failure } from '../core/errors.ts';
import type { PlanRecord, PlanStore } from '../store/plans.ts';
import { sendAll, UNSENT } from './apply.ts';
import { verify } from './check.ts';
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
import { planUndo } from './undo.ts';

export interface DeskOptions {
  readonly pce: PceWriter;
  readonly store: PlanStore;
  readonly clock: Clock;
  readonly principal: Principal;
  readonly labelScope: string | null;
  /** Throws when this caller may not do what the plan does: judged by the plan, not by the tool that asks (design §5). */
  readonly authorise: (plan: Plan) => void;
  readonly ttlMs?: number | undefined;
}

const DEFAULT_TTL_MS = 60 * 60_000;
/** A plan untouched for so long while applying was left by a crash; each request journals, and none takes this long. */
const LEASE_MS = 180_000;
/** Applied plans stay for undoing. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/** The one way to write: plans are stored before anything is sent, applied once, journalled request by request, and can be taken back. */
export function createChanges({
  pce,
  store,
  clock,
  principal,
  labelScope,
  authorise,
  ttlMs = DEFAULT_TTL_MS,
}: DeskOptions): Changes {
  async function insert(draft: PlanDraft, undoes: string | null): Promise<Plan> {
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

  /** Of somebody else, or for another PCE, it does not exist. */
  async function find(
    id: string,
  ): Promise<{ readonly plan: Plan; readonly record: PlanRecord; readonly journal: RequestOutcome[] }> {
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
    return { plan, record, journal: JSON.parse(record.journal) as RequestOutcome[] }; // written by apply
  }

  async function applyNow(plan: Plan, journal: RequestOutcome[], options: ChangeOptions): Promise<ChangeOutcome> {
    const run = await sendAll(
      plan,
      journal,
      pce,
      () => store.writeJournal(plan.id, JSON.stringify(journal), clock.now()),
      options,
    );
    await store.transition(plan.id, ['applying'], run.state, clock.now());
    if (plan.undoes !== null && run.state === 'applied')
      await store.transition(plan.undoes, ['applied', 'stuck'], 'undone', clock.now());
    return outcomeOf(plan, run.state, journal, run.failure);
  }

  async function apply(id: string, options: ChangeOptions = {}): Promise<ChangeOutcome> {
    const { plan, record, journal } = await find(id);
    authorise(plan);
    if (record.state === 'planned' && clock.now() > plan.expiresMs)
      throw new Failure('conflict', {
        message: 'The plan has expired; nothing was sent.',
        remedy: 'Make it again with dry_run.',
      });
    if (record.state === 'planned') {
      for (const { check } of plan.requests) await verify(check, pce, options.signal);
      if (await store.transition(id, ['planned'], 'applying', clock.now())) return applyNow(plan, journal, options);
    } else if (await store.transition(id, ['applying'], 'applying', clock.now(), clock.now() - LEASE_MS)) {
      return applyNow(plan, journal, options);
    }
    throw new Failure('conflict', {
      message: `The plan is ${(await store.find(id))?.state ?? 'gone'}; it runs once and nothing was sent now.`,
      remedy: 'Look at what it did, or make a new plan.',
    });
  }

  return {
    pce,
    apply,

    async propose(draft, { dryRun, ...options }) {
      const plan = await insert(draft, null);
      return dryRun ? outcomeOf(plan, 'planned', [], null) : apply(plan.id, options);
    },

    async undo(id, { dryRun, ...options }) {
      const { plan, record, journal } = await find(id);
      authorise(plan);
      if (record.state !== 'applied' && record.state !== 'stuck')
        throw new Failure('conflict', { message: `The plan is ${record.state}; only an applied one can be undone.` });
      const back = await insert(planUndo(plan, journal), plan.id);
      return dryRun ? outcomeOf(back, 'planned', [], null) : apply(back.id, options);
    },

    async get(id) {
      const { plan, record, journal } = await find(id);
      return outcomeOf(plan, record.state as PlanState, journal, null); // only this module writes states
    },
  };
}

function outcomeOf(
  plan: Plan,
  state: PlanState,
  journal: readonly RequestOutcome[],
  failure: Failure | null,
): ChangeOutcome {
  return {
    plan,
    state,
    outcomes: plan.requests.map((_, index) => journal[index] ?? UNSENT),
    failure: failure === null ? null : { code: failure.code, message: failure.message },
  };
}
