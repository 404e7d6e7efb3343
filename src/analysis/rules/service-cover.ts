import type { ServiceEntry } from '../../model/services/match.ts';

const isAnyProto = (proto: number | null): boolean => proto === null || proto === -1;

/** Whether `wide` covers everything `narrow` does. Says no where a process or ICMP type makes it unsure. */
export function entryCovers(wide: ServiceEntry, narrow: ServiceEntry): boolean {
  const isPlain = wide.process === null && wide.windowsService === null;
  const sameProcess = wide.process === narrow.process && wide.windowsService === narrow.windowsService;
  if (!isPlain && !sameProcess) return false;
  if (isAnyProto(wide.proto) && wide.port === null) return true;
  if (!isAnyProto(wide.proto) && wide.proto !== narrow.proto) return false;
  if (wide.port !== null)
    return (
      narrow.port !== null && narrow.port >= wide.port && (narrow.toPort ?? narrow.port) <= (wide.toPort ?? wide.port)
    );
  return wide.icmpType === null || (wide.icmpType === narrow.icmpType && wide.icmpCode === narrow.icmpCode);
}

export const servicesCover = (wide: readonly ServiceEntry[], narrow: readonly ServiceEntry[]): boolean =>
  narrow.every((one) => wide.some((other) => entryCovers(other, one)));
