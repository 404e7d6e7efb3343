import { eventRoutes } from '../simulator/events/routes.ts';
import { reportRoutes } from '../simulator/reports/reports.ts';
import { allRoutes } from '../simulator/routes.ts';
import { trafficRoutes } from '../simulator/traffic/routes.ts';
import { type PceVersion, releaseOf, routesIn } from '../simulator/versions.ts';

/** Every endpoint of the simulated PCE of a version, as text or JSON. */
export function simulatorRoutes(json: boolean, version: PceVersion = '25.2'): string {
  const all = [
    ...allRoutes(),
    ...trafficRoutes({ desk: neverCalled, strict: false }),
    ...eventRoutes(),
    ...reportRoutes(neverCalled),
  ];
  const routes = routesIn(releaseOf(version), all).map(
    ({ method, path, access, collection = false, schema = null }) => ({ method, path, access, collection, schema }),
  );
  if (json) return `${JSON.stringify(routes)}\n`;
  return routes.map(({ method, path, access }) => `${method.padEnd(6)} ${path}  (${access})\n`).join('');
}

const neverCalled = (): never => {
  throw new Error('routes are only listed');
};
