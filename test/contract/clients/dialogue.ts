import { type Pce, startPce } from '../simulator-traffic/harness.ts';
import { type Raw, wire, type WireRequest } from './wire.ts';

export type Json = Readonly<Record<string, unknown>>;
export { asking } from '../simulator-traffic/harness.ts';

/** A simulator and a way to speak to it with one client's headers. */
export interface Dialogue {
  readonly pce: Pce;
  say(method: string, path: string, more?: Partial<Omit<WireRequest, 'method' | 'path'>>): Promise<Raw>;
  close(): Promise<void>;
}

export async function dialogue(headers: Readonly<Record<string, string>>): Promise<Dialogue> {
  const pce = await startPce();
  return {
    pce,
    say: (method, path, more = {}) =>
      wire({
        url: pce.url,
        key: [pce.apiKey, pce.apiSecret],
        method,
        path,
        ...more,
        headers: { ...headers, ...more.headers },
      }),
    close: () => pce.close(),
  };
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- an answer has the type its reader expects, as in these clients
export const parsed = <T = Json>({ text }: Raw): T => JSON.parse(text) as T;

/** Asks again until the answer satisfies the client; a client that would wait for ever fails here after a hundred tries. */
export async function until<T>(ask: () => Promise<T>, satisfied: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the client would still be waiting');
}
