import { CHANGELOG } from '../core/changelog.ts';
import { compliancePages } from './compliance.ts';
import { coreServices } from './knowledge/core-services.ts';
import { crownJewels } from './knowledge/crown-jewels.ts';
import { draftActivePolicy } from './knowledge/draft-active-policy.ts';
import { enforcementModes } from './knowledge/enforcement-modes.ts';
import { firstPrinciples } from './knowledge/first-principles.ts';
import { labels } from './knowledge/labels.ts';
import { loggingMonitoring } from './knowledge/logging-monitoring.ts';
import { pceVen } from './knowledge/pce-ven.ts';
import { ringfencingPatterns } from './knowledge/ringfencing-patterns.ts';
import { ruleProcessing } from './knowledge/rule-processing.ts';
import { segmentation } from './knowledge/segmentation.ts';
import { workloads } from './knowledge/workloads.ts';
import type { Page } from './page.ts';

const changelog: Page = {
  path: 'changelog',
  title: 'Changelog',
  description: 'What changed in this server from release to release, and what to unlearn.',
  text: () => CHANGELOG,
};

/** The knowledge base, in the order clients see it. */
export const pages: readonly Page[] = [
  ruleProcessing,
  enforcementModes,
  segmentation,
  draftActivePolicy,
  workloads,
  pceVen,
  labels,
  firstPrinciples,
  coreServices,
  ringfencingPatterns,
  crownJewels,
  ...compliancePages,
  loggingMonitoring,
  changelog,
];
