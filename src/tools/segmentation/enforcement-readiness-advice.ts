import { plural } from '../listing.ts';
import type { ReadinessEvidence } from './enforcement-readiness-rows.ts';

const NAMED = 3;

/** What to do next, most points first (reference-server.md §2.3). */
export function recommendations({
  whole,
  ringfences,
  onlyDraft,
  modes,
  managed,
  remote,
}: ReadinessEvidence): readonly string[] {
  const blocked = whole.byDecision['blocked']?.connections ?? 0;
  const { percentage } = whole;
  return [
    ...(percentage === null
      ? ['Wait for traffic, or take the agents out of idle: without evaluated flows nothing can be said of coverage.']
      : percentage < 50
        ? [`Only ${percentage} % of connections are covered: write policy first (propose-policy).`]
        : percentage < 90
          ? [`${percentage} % of connections are covered: close the rest (get-policy-coverage-report).`]
          : []),
    ...(ringfences.length > 0
      ? []
      : onlyDraft[0] === undefined
        ? ['There is no ringfence: create-ringfence with dry_run=true shows one.']
        : [`Provision the ringfence ${onlyDraft[0].name}; it is only a draft.`]),
    ...modeAdvice(modes, managed),
    ...(blocked === 0
      ? []
      : [`Look at ${plural(blocked, 'blocked connection')} before going further (explain-flow names the rule).`]),
    ...(remote.uncovered.length === 0
      ? []
      : [`${plural(remote.uncovered.length, 'remote application')} without a rule: ${someOf(remote.uncovered)}.`]),
  ];
}

function modeAdvice(modes: ReadinessEvidence['modes'], managed: number): readonly string[] {
  if (managed === 0) return ['No workload has a VEN: nothing can be enforced here.'];
  if (modes.idle > 0) return [`Take ${plural(modes.idle, 'idle workload')} to visibility_only to see their traffic.`];
  const kinds = Object.values(modes).filter((count) => count > 0).length;
  if (kinds > 1) return ['The modes are mixed: get-workload-enforcement-status with fix=true plans one mode.'];
  if (modes.visibility_only > 0) return ['Go to selective enforcement next (simulate-enforcement first).'];
  return modes.selective > 0 ? ['Go to full enforcement next (simulate-enforcement first).'] : [];
}

const someOf = (names: readonly string[]): string =>
  names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
