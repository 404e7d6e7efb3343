import type { Route } from '../http/route.ts';
import type { WorldState } from '../world-state.ts';
import { venActionRoutes } from './actions.ts';
import { agentRoutes } from './agents.ts';
import { cleanupScheduleRoutes } from './cleanup-schedules.ts';
import { releaseRoutes } from './releases.ts';
import { searchHelperRoutes } from './search-helpers.ts';
import { statisticsRoute } from './statistics.ts';
import { upgradeRoutes } from './upgrade.ts';

/** What is done with VENs beside reading them (objects.md §6.7). */
export const venOperationRoutes: readonly Route<WorldState>[] = [
  ...upgradeRoutes,
  ...venActionRoutes,
  statisticsRoute,
  ...searchHelperRoutes,
  ...releaseRoutes,
  ...agentRoutes,
  ...cleanupScheduleRoutes,
];
