import { plantedIssuesAreFound } from '../risk/planted.ts';

for (const seed of [11, 23]) plantedIssuesAreFound(seed);
