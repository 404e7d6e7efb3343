import analyzeApplicationTraffic from './analyze-application-traffic.ts';
import dailyBrief from './daily-brief.ts';
import emergencyIsolateApplication from './emergency-isolate-application.ts';
import investigateHost from './investigate-host.ts';
import planEnforcementRollout from './plan-enforcement-rollout.ts';
import type { AnyPrompt } from './prompt.ts';
import reviewRules from './review-rules.ts';
import ringfenceApplication from './ringfence-application.ts';
import securityAssessment from './security-assessment.ts';

/** Every prompt there is, in the order clients see them. */
export const prompts: readonly AnyPrompt[] = [
  ringfenceApplication,
  analyzeApplicationTraffic,
  emergencyIsolateApplication,
  securityAssessment,
  planEnforcementRollout,
  dailyBrief,
  reviewRules,
  investigateHost,
];
