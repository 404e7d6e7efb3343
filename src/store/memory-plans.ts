import type { PlanRecord, PlanStore } from './plans.ts';

/** Plans that live as long as the process: for tests, and where no state folder can be written (then stated as a loss). */
export function createMemoryPlans(): PlanStore {
  const records = new Map<string, PlanRecord>();

  const update = (id: string, change: Partial<PlanRecord>): void => {
    const record = records.get(id);
    if (record !== undefined) records.set(id, { ...record, ...change });
  };

  return {
    durable: false,
    async insert(record) {
      records.set(record.id, record);
    },
    async find(id) {
      return records.get(id) ?? null;
    },
    async transition(id, from, to, nowMs, untouchedSinceMs = Number.POSITIVE_INFINITY) {
      const record = records.get(id);
      if (record === undefined || !from.includes(record.state) || record.touchedMs > untouchedSinceMs) return false;
      update(id, { state: to, touchedMs: nowMs });
      return true;
    },
    async writeJournal(id, journal, nowMs, heldSinceMs) {
      if (records.get(id)?.touchedMs !== heldSinceMs) return false;
      update(id, { journal, touchedMs: nowMs });
      return true;
    },
    async inStates(states) {
      return [...records.values()]
        .filter((record) => states.includes(record.state))
        .sort((a, b) => b.createdMs - a.createdMs)
        .slice(0, 100);
    },
    async prune(beforeMs) {
      for (const record of records.values())
        if (record.expiresMs < beforeMs && record.state !== 'applying' && record.state !== 'undoing')
          records.delete(record.id);
    },
    async close() {
      records.clear();
    },
  };
}
