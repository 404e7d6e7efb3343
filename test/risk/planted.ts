import { afterAll, beforeAll, describe } from 'vitest';
import { plantedInChanges } from './changes-suite.ts';
import { type PlantedEstate, plantedEstate } from './estate.ts';
import { plantedInReach } from './reach-suite.ts';
import { plantedInRules } from './rules-suite.ts';

/** Every planted issue that the tools must find by name (issues P5 to P7, P18, P19, P25 and P26 are for tools to come). */
export function plantedIssuesAreFound(seed: number): void {
  describe(`the planted issues of a mid estate, seed ${seed}`, () => {
    let made: PlantedEstate | undefined;
    const estate = (): PlantedEstate => {
      if (made === undefined) throw new Error('the estate is not there yet');
      return made;
    };
    beforeAll(async () => {
      made = await plantedEstate(seed);
    });
    afterAll(() => made?.pce.close());
    plantedInReach(estate);
    plantedInRules(estate);
    plantedInChanges(estate);
  });
}
