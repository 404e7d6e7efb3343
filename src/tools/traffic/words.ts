import type { Coverage } from '../../answer/answer.ts';

/** ` from … to …`, where the coverage has a window. */
export const windowText = ({ window }: Coverage): string =>
  window === undefined ? '' : ` from ${window.start} to ${window.end}`;
