/** The worker's file: TypeScript beside this one in a checkout, `worker.js` beside the main file in the bundle. */
export const workerEntry = (beside: string = import.meta.url): URL =>
  new URL(new URL(beside).pathname.endsWith('.ts') ? './worker.ts' : './worker.js', beside);
