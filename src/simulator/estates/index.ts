import { assembleEstate, type EstateOptions } from './assemble.ts';
import type { Estate } from './estate.ts';

export type { EstateOptions } from './assemble.ts';

/** The estate of a profile: the same data for the same options, byte for byte. */
export const buildEstate = (options: EstateOptions): Estate => assembleEstate(options).estate;
