import type { Answer, PendingQuery } from './answer.ts';

/**
 * Ends a call early, before the client's own limit does, with what is known so far; the answer's cursor goes on with `queries`. Thrown from
 * wherever the waiting is, so that no tool has to carry an outcome that is none.
 */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
  readonly answer: Answer<never>;

  constructor(answer: Omit<Answer<never>, 'items' | 'continues'>, queries: readonly PendingQuery[]) {
    super(answer.answer);
    this.answer = { ...answer, items: [], continues: queries };
  }
}
