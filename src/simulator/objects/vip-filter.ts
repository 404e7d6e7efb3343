import type { JsonObject } from '../../core/json.ts';
import { textIn } from '../lifecycle/body.ts';

interface WantedVip {
  readonly vip: string | undefined;
  readonly port: string | undefined;
  readonly proto: number | undefined;
}

/** A test for `vip_port` of a discovered virtual server: the address by its beginning, with or without `*` (objects.md §7.4). */
export function vipFilter({ vip, port, proto }: WantedVip): (vipPort: JsonObject) => boolean {
  const prefix = vip?.replace(/\*$/, '');
  return (own) =>
    (prefix === undefined || (textIn(own['vip'])?.startsWith(prefix) ?? false)) &&
    (port === undefined || own['port'] === port) &&
    (proto === undefined || own['protocol'] === proto);
}
