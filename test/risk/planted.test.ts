import { plantedIssuesAreFound } from './planted.ts';

// The seed of the demo estate; test/full/planted-issues.test.ts has others.
plantedIssuesAreFound(7);
