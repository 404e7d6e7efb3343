import { Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { OPERATOR } from '../access/decide.ts';
import type { Log } from '../core/log.ts';
import type { Dispatcher } from '../dispatch/call.ts';
import { createMcpServer } from '../dispatch/sdk.ts';

export interface StdioServer {
  /** Resolves when the connection is over: the client has closed our input, its own, or sent what cannot be read on from. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Serves one client over stdin and stdout, in whichever protocol era it opens with. */
export function startStdio(dispatcher: Dispatcher, log: Log): StdioServer {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const transport = new StdioServerTransport(process.stdin, reserveStdout(log));
  const handle = serveStdio(() => createMcpServer(dispatcher, () => ({ principal: OPERATOR }), log), {
    transport,
    onerror: (error) => log.warning('protocol error', { error }),
  });
  const closed = transport.onclose;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport has callbacks, not events
  transport.onclose = () => {
    closed?.();
    resolve();
  };
  return { ended, close: () => handle.close() };
}

/**
 * Keeps stdout for the protocol: the transport gets the only way to it, and whatever else is written there, by us or by a dependency,
 * goes to stderr (attack 50).
 */
function reserveStdout(log: Log): Writable {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  const reserved = new Writable({
    decodeStrings: false,
    write(chunk, encoding, done) {
      if (write(chunk, encoding)) done();
      else stdout.once('drain', done);
    },
  });
  stdout.on('error', (error) => reserved.destroy(error));
  stdout.write = (chunk: string | Uint8Array) => {
    log.warning('something wrote to stdout', { text: String(chunk) });
    return true;
  };
  return reserved;
}
