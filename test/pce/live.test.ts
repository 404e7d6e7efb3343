import { fileURLToPath } from 'node:url';
import { pceSuite } from './suite.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMES = /^(?:PCE_|API_|HTTPS?_PROXY$|NO_PROXY$)/i;

/** The PCE of the environment and of `.env` in the checkout, as the server itself reads them. */
pceSuite(() => ({
  env: Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      NAMES.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  ),
  cwd: ROOT,
  mayProvision: process.env['PCE_TEST_PROVISION'] === '1',
  testWorkload: process.env['PCE_TEST_WORKLOAD'],
}));
