import { createGunzip } from 'node:zlib';
import { Failure } from '../core/errors.ts';

/** Ten times the largest download there is: 1,000,000 rows of 1.3 kB. A PCE that sends more is not to be trusted (attack 40). */
const MAX_BYTES = 16 * 1024 ** 3;
/** Flow records compress 10 to 40 times; the worst deflate can do is 1,032. */
const MAX_RATIO = 300;
const RATIO_FREE_BYTES = 8 * 1024 ** 2;

export interface ByteSink {
  /** Resolves when everything that came of `bytes` was taken. */
  push(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

const tooLarge = (): Failure =>
  new Failure('pce_bad_answer', { message: 'The traffic download is larger than any a PCE sends.' });

/** Hands bytes through, up to the limit. */
export function plainSink(take: (bytes: Uint8Array) => void, maxBytes: number = MAX_BYTES): ByteSink {
  let total = 0;
  return {
    async push(bytes) {
      total += bytes.length;
      if (total > maxBytes) throw tooLarge();
      take(bytes);
    },
    async end() {},
  };
}

/** Decompresses gzip as it comes, with a limit of size and ratio; a body that is cut or damaged fails with `pce_bad_answer`. */
export function gunzipSink(take: (bytes: Uint8Array) => void, maxBytes: number = MAX_BYTES): ByteSink {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  let bytesIn = 0;
  let bytesOut = 0;
  let failure: Failure | undefined;
  gunzip.on('data', (bytes: Buffer) => {
    if (failure !== undefined) return;
    bytesOut += bytes.length;
    try {
      if (bytesOut > maxBytes || (bytesOut > RATIO_FREE_BYTES && bytesOut > bytesIn * MAX_RATIO)) throw tooLarge();
      take(bytes);
    } catch (error) {
      failure = error instanceof Failure ? error : new Failure('internal', { cause: error });
      gunzip.destroy();
    }
  });
  gunzip.on('error', (cause) => {
    failure ??= new Failure('pce_bad_answer', {
      message: 'The traffic download could not be read: its compression is damaged or ends in the middle.',
      cause,
    });
  });
  const closed = new Promise<void>((resolve) => {
    gunzip.on('close', () => resolve());
  });
  const settle = async (done: Promise<unknown>): Promise<void> => {
    await Promise.race([done, closed]);
    if (failure !== undefined) throw failure;
  };
  return {
    push(bytes) {
      bytesIn += bytes.length;
      return settle(
        new Promise<void>((resolve) => {
          gunzip.write(bytes, () => resolve());
        }),
      );
    },
    end() {
      const ended = new Promise<void>((resolve) => {
        gunzip.on('end', () => resolve());
      });
      gunzip.end();
      return settle(ended);
    },
  };
}
