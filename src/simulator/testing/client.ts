import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { KeyPair, Simulator } from '../server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Parsed text; undefined when empty. */
  readonly json: unknown;
}

export interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null sends no credentials. */
  readonly key?: KeyPair | null;
}

/** A bare HTTP client for tests: what a foreign program sends and sees, with nothing of `src/pce` in it. */
export function clientOf(simulator: Simulator) {
  return (method: string, path: string, { body, headers = {}, key = simulator }: Call = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const authorization = key && `Basic ${Buffer.from(`${key.apiKey}:${key.apiSecret}`).toString('base64')}`;
      const outgoing = request(
        `${simulator.url}/api/v2${path}`,
        {
          method,
          headers: {
            Accept: 'application/json',
            ...(authorization && { Authorization: authorization }),
            ...(body !== undefined && {
              'Content-Type': 'application/json',
              'Content-Length': Buffer.byteLength(sent),
            }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: text === '' ? undefined : JSON.parse(text),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(sent);
    });
}
