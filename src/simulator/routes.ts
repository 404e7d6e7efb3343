import { authRoutes } from './auth/routes.ts';
import { jobRoutes } from './http/jobs.ts';
import type { Route } from './http/route.ts';
import { infrastructureRoutes } from './objects/infrastructure.ts';
import { labelRoutes } from './objects/labels.ts';
import { workloadBulkRoutes } from './objects/workload-bulk.ts';
import { workloadRoutes } from './objects/workloads.ts';
import type { WorldState } from './world-state.ts';

/** Every route of the kernel and the objects; traffic and events add theirs. */
export const allRoutes = (): readonly Route<WorldState>[] => [
  ...infrastructureRoutes,
  ...authRoutes,
  ...jobRoutes,
  ...labelRoutes,
  ...workloadBulkRoutes,
  ...workloadRoutes,
];
