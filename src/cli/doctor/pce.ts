import { asFailure, type Failure } from '../../core/errors.ts';
import { apiPath } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import type { PceConnection } from '../../pce/index.ts';
import type { PceStatus } from '../../pce/view.ts';
import type { FaultCode } from './faults.ts';
import { tlsFault } from './network.ts';
import { Fault, type Finding, failed, ok, type Step, warning } from './step.ts';

const SKEW_WARNING_MS = 30_000;
const SKEW_FAILURE_MS = 5 * 60_000;
const SLOW_MS = 2_000;
/** The oldest release whose published schemas the client was read against. */
const OLDEST = [21, 2] as const;

/** What the PCE itself says to the API key. `connect` gives the connection, at the first step that needs it. */
export function pceSteps(
  connect: () => PceConnection,
  { readOnly, deadlineMs }: { readonly readOnly: boolean; readonly deadlineMs: number },
): readonly Step[] {
  let status: PceStatus | undefined;
  const inTime = () => ({ signal: AbortSignal.timeout(deadlineMs) });
  const known = async () => (status ??= await connect().status(inTime()));
  const steps: readonly Step[] = [
    {
      name: 'credentials',
      // A PCE that forbids has recognised the key: what is wrong is the organisation, or what the key may do there.
      run: () =>
        known().then(accepted, (error: unknown) =>
          asFailure(error).code === 'pce_forbidden' ? ok('accepted') : Promise.reject(error),
        ),
    },
    {
      name: 'organisation',
      async run() {
        const { orgId } = await known();
        const { matched } = await connect().labels({}, { ...inTime(), maxResults: 1 });
        return ok(`organisation ${orgId}, ${matched ?? 'some'} labels`);
      },
    },
    { name: 'permissions', run: () => permissions(connect(), readOnly, inTime().signal) },
    { name: 'version', run: async () => version(await known()) },
    { name: 'health', run: async () => health(await known()) },
    { name: 'clock', run: async () => clock(await known()) },
  ];
  return steps.map(({ name, run }) => ({
    name,
    run: () => run().catch((error: unknown) => Promise.reject(faultOf(asFailure(error), connect().http))),
  }));
}

const BY_FAILURE: Readonly<Partial<Record<Failure['code'], FaultCode>>> = {
  pce_unauthorized: 'key_rejected',
  pce_forbidden: 'org_refused',
  pce_not_found: 'not_a_pce',
  pce_rejected: 'not_a_pce',
  pce_rate_limited: 'quota_exhausted',
  pce_unavailable: 'pce_failing',
  pce_unreachable: 'answer_broken_off',
  timeout: 'pce_silent',
  cancelled: 'pce_silent',
};

function faultOf(failure: Failure, way: { readonly host: string; readonly port: number }): unknown {
  const { code, message, cause, detail } = failure;
  if (code === 'internal') return cause;
  if (code === 'pce_tls') return tlsFault(cause, way);
  if (code === 'pce_bad_answer') return new Fault(badAnswer(detail), message);
  const fault = BY_FAILURE[code];
  return fault === undefined ? failure : new Fault(fault, message);
}

function badAnswer({ incomplete, status }: Readonly<Record<string, unknown>>): FaultCode {
  if (incomplete === true) return 'answer_broken_off';
  return typeof status === 'number' && status >= 300 && status < 400 ? 'redirected' : 'not_a_pce';
}

function accepted({ latencyMs }: PceStatus): Finding {
  const facts = `accepted in ${Math.round(latencyMs)} ms`;
  return latencyMs > SLOW_MS ? warning('pce_slow', facts) : ok(facts);
}

/** What the tools read, and whether the key may write: `caps` of an object says so (objects.md §2.3). */
async function permissions({ http }: PceConnection, readOnly: boolean, signal: AbortSignal): Promise<Finding> {
  const org = http.orgId;
  const collections = {
    workloads: apiPath`/orgs/${org}/workloads`,
    rulesets: apiPath`/orgs/${org}/sec_policy/draft/rule_sets`,
    'IP lists': apiPath`/orgs/${org}/sec_policy/draft/ip_lists`,
    services: apiPath`/orgs/${org}/sec_policy/draft/services`,
    events: apiPath`/orgs/${org}/events`,
  };
  const refused: string[] = [];
  let writes: boolean | undefined;
  for (const [name, path] of Object.entries(collections)) {
    try {
      const { json } = await http.send({ method: 'GET', path, query: { max_results: 1 }, signal });
      const [first]: readonly unknown[] = Array.isArray(json) ? json : [];
      const caps = isObject(first) ? first['caps'] : undefined;
      if (Array.isArray(caps)) writes = writes === true || caps.includes('write');
    } catch (error) {
      if (asFailure(error).code !== 'pce_forbidden') throw error;
      refused.push(name);
    }
  }
  if (refused.length > 0) return warning('permission_missing', `the key may not read ${refused.join(', ')}`);
  if (writes === false && !readOnly) return warning('key_only_reads', 'the key reads everything and writes nothing');
  return ok(`reads ${Object.keys(collections).join(', ')}${writes === true ? '; may write' : ''}`);
}

function version({ version: text, build }: PceStatus): Finding {
  const facts = `PCE ${text}${build === null ? '' : ` build ${build}`}`;
  const [major = 0, minor = 0] = text.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld ? warning('version_unsupported', facts) : ok(facts);
}

const health = ({ health: said }: PceStatus): Finding =>
  said === null
    ? ok('not told (SaaS)')
    : said === 'normal'
      ? ok(said)
      : warning('pce_unhealthy', `the PCE says ${said}`);

/** Time windows and the age of heartbeats are counted on our clock, decided on the PCE's. */
function clock({ clockSkewMs }: PceStatus): Finding {
  if (clockSkewMs === null) return ok('the PCE does not tell its time');
  const facts = `the PCE is ${Math.abs(Math.round(clockSkewMs / 1000))} s ${clockSkewMs < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(clockSkewMs) > SKEW_FAILURE_MS) return failed('clock_off', facts);
  return Math.abs(clockSkewMs) > SKEW_WARNING_MS ? warning('clock_off', facts) : ok(facts);
}
