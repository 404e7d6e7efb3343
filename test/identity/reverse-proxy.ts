import { once } from 'node:events';
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** What stands before a server in a company: its address is known before the server is started. `tls`: where TLS ends. */
export async function startReverseProxy(tls?: { readonly cert: string; readonly key: string }) {
  let target: URL | undefined;
  const forward: RequestListener = (incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const onward = request({ host: target?.hostname, port: target?.port, method, headers, path }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  };
  const server = tls ? createTlsServer(tls, forward) : createServer(forward);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return {
    origin: `http${tls ? 's' : ''}://127.0.0.1:${address.port}`,
    address: `127.0.0.1:${address.port}`,
    sendTo: (url: string) => {
      target = new URL(url);
    },
    async close() {
      const closed = once(server, 'close');
      server.closeAllConnections();
      server.close();
      await closed;
    },
  };
}
