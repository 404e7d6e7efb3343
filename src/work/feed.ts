import { type Block, blocksOf } from './blocks.ts';

/** Blocks on their way that the worker has not read yet: two megabytes. */
const MAX_IN_FLIGHT = 8;

/** Lets so many through and holds the rest until room is made. */
function gate(room: number): { enter(): Promise<void> | undefined; leave(): void } {
  let free = room;
  let waiting: (() => void) | undefined;
  return {
    enter() {
      if (free > 0) {
        free -= 1;
        return undefined;
      }
      return new Promise<void>((resolve) => {
        waiting = resolve;
      });
    },
    leave() {
      if (waiting === undefined) free += 1;
      else {
        waiting();
        waiting = undefined;
      }
    },
  };
}

export interface Feed {
  /** Sends every block; settles early with what `stopped` rejects with, even while the source is silent. */
  run(chunks: AsyncIterable<Uint8Array>, send: (block: Block) => void, stopped: Promise<never>): Promise<void>;
  /** The reader took a block. */
  taken(): void;
}

/** Carries a download to a worker no faster than the worker reads. */
export function feed(maxInFlight: number = MAX_IN_FLIGHT): Feed {
  const room = gate(maxInFlight);
  return {
    async run(chunks, send, stopped) {
      const blocks = blocksOf(chunks);
      try {
        for (;;) {
          const next = await Promise.race([blocks.next(), stopped]);
          if (next.done === true) return;
          await Promise.race([room.enter(), stopped]);
          send(next.value);
        }
      } catch (error) {
        // Not awaited: a source that is silent would hold the failure back.
        blocks.return(undefined).catch(() => undefined);
        throw error;
      }
    },
    taken: () => room.leave(),
  };
}
