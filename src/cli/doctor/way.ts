import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Secret } from '../../core/secret.ts';
import type { PceSettings, ProxySettings } from '../../pce/settings.ts';
import { codeOf, Fault } from './step.ts';

const TIMEOUT_MS = 10_000;

/** The proxy on the way to the PCE, or undefined where it is reached directly. */
export function proxyTo({ host, port, scheme, proxy }: PceSettings): URL | undefined {
  if (proxy === undefined || scheme === 'http' || isExempt(host, port, proxy)) return undefined;
  return new URL(plain(proxy.url));
}

const plain = (url: Secret | string): string => (typeof url === 'string' ? url : url.reveal());

/** As the HTTP client reads `NO_PROXY`: exact names, `.suffix` and `*.suffix`, each with an optional port; `*` is everything. */
function isExempt(host: string, port: number, { noProxy = '' }: ProxySettings): boolean {
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [name = '', only] = entry.toLowerCase().split(':');
    if (name === '' || (only !== undefined && Number(only) !== port)) return false;
    return name === '*' || (/^[.*]/.test(name) ? host.endsWith(name.replace(/^\*/, '')) : host === name);
  });
}

/** A connection to the PCE, nothing sent on it yet. Throws the fault that prevents it. */
export async function openWay(settings: PceSettings): Promise<Socket> {
  const proxy = proxyTo(settings);
  return proxy ? throughProxy(proxy, settings) : directly(settings);
}

function directly({ host, port }: PceSettings): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS }, () => resolve(socket.setTimeout(0)));
    const fail = (code: string) => {
      socket.destroy();
      reject(new Fault(code === 'ECONNREFUSED' ? 'port_closed' : 'no_route', `${host}:${port}: ${code}`));
    };
    socket.once('error', (error) => fail(codeOf(error)));
    socket.once('timeout', () => fail('ETIMEDOUT'));
  });
}

function throughProxy(proxy: URL, { host, port }: PceSettings): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port),
      path: target,
      headers: { host: target, ...(proxy.username === '' ? {} : authorization) },
      timeout: TIMEOUT_MS,
    });
    const unreachable = (code: string) => {
      request.destroy();
      reject(new Fault('proxy_unreachable', `${proxy.host}: ${code}`));
    };
    request.once('error', (error) => unreachable(codeOf(error)));
    request.once('timeout', () => unreachable('ETIMEDOUT'));
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) {
        resolve(socket.setTimeout(0));
        return;
      }
      socket.destroy();
      const told = `${proxy.host} answers ${statusCode} to CONNECT ${target}`;
      reject(new Fault(statusCode === 407 ? 'proxy_unauthorized' : 'proxy_refused', told));
    });
    request.end();
  });
}
