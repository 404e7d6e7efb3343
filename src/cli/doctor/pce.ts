import { Failure } from '../../core/errors.ts';
import type { PceStatus, PceView } from '../../pce/view.ts';
import { type Finding, failed, ok, type Step, warning } from './step.ts';

const SKEW_WARNING_MS = 30_000;
const SKEW_FAILURE_MS = 5 * 60_000;

/** What the PCE itself says to the API key. */
export function pceSteps(pce: PceView): readonly Step[] {
  let status: PceStatus | undefined;
  const known = async () => (status ??= await pce.status());
  return [
    { name: 'credentials', run: () => known().then(accepted, unlessForbidden) },
    {
      name: 'organisation',
      async run() {
        const { orgId } = await known();
        const { matched } = await pce.labels({}, { maxResults: 1 });
        return ok(`organisation ${orgId}, ${matched ?? 'some'} labels`);
      },
    },
    { name: 'version', run: async () => version(await known()) },
    { name: 'clock', run: async () => clock(await known()) },
  ];
}

const accepted = ({ latencyMs }: PceStatus): Finding => ok(`accepted in ${Math.round(latencyMs)} ms`);

/** A PCE that forbids has recognised the key: what is wrong is the organisation, or what the key may do there. */
function unlessForbidden(error: unknown): Finding {
  if (error instanceof Failure && error.code === 'pce_forbidden') return ok('accepted');
  throw error;
}

function version({ version: text, build, health }: PceStatus): Finding {
  const facts = `PCE ${text}${build === null ? '' : ` build ${build}`}, health ${health ?? 'not told (SaaS)'}`;
  return health === null || health === 'normal' ? ok(facts) : warning(facts, 'Look at the health page of the PCE.');
}

/** Time windows and the age of heartbeats are counted on our clock, decided on the PCE's. */
function clock({ clockSkewMs }: PceStatus): Finding {
  if (clockSkewMs === null) return ok('the PCE does not tell its time');
  const facts = `the PCE is ${Math.abs(Math.round(clockSkewMs / 1000))} s ${clockSkewMs < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(clockSkewMs) > SKEW_FAILURE_MS) return failed(facts, 'Set the clock of this machine (NTP).');
  return Math.abs(clockSkewMs) > SKEW_WARNING_MS ? warning(facts, 'Set the clock of this machine (NTP).') : ok(facts);
}
