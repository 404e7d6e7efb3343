import type { PceView } from '../pce/view.ts';

/** What a tool gets that said it needs no PCE. Using it all the same is a defect. */
export const NO_PCE: PceView = new Proxy({} as PceView, {
  get() {
    throw new Error('a tool without `usesPce` asked for the PCE');
  },
});
