import { createTransport, originOf } from '../pce/http/transport.ts';
import type { PceSettings } from '../pce/settings.ts';

const DEADLINE_MS = 3_000;

/** Whether there is a PCE that answers. `/node_available` asks for no key (objects.md §2.4), so nobody's quota is spent on health. */
export async function pceAnswers(settings: PceSettings): Promise<boolean> {
  const transport = createTransport(settings);
  try {
    const { statusCode, body } = await transport.request({
      origin: originOf(settings),
      path: '/api/v2/node_available',
      method: 'GET',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await body.dump();
    return statusCode < 500;
  } catch {
    return false;
  } finally {
    await transport.destroy();
  }
}
