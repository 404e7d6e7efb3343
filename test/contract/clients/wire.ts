import { request } from 'node:http';

/** An answer as it came over the wire: header names as sent, nothing decoded. */
export interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `Name: value` lines as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface WireRequest {
  readonly url: string;
  readonly key: readonly [string, string] | null;
  readonly method?: string;
  /** Below `/api/v2`, sent as it is. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request with exactly the headers given, on a connection of its own: nothing is added but Host, credentials and length. */
export function wire({ url, key, method = 'GET', path, headers = {}, body }: WireRequest): Promise<Raw> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      method,
      path: `/api/v2${path}`,
      agent: false,
      ...(key && { auth: key.join(':') }),
      headers: { ...headers, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) },
    };
    request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const all = Buffer.concat(chunks);
        const pairs = response.rawHeaders;
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          rawHeaders: pairs.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${pairs[index + 1]}`] : [])),
          body: all,
          text: all.toString('utf8'),
        });
      });
    })
      .on('error', reject)
      .end(body);
  });
}
