import { described, texts } from '../fields.ts';

/** Alternatives of entries; every reference form of `resolveScopes`. */
export const scopesField = described(
  { type: 'array', items: texts } as const,
  'OR of ANDs: [["app=a","env=b"]]; [[]] all',
);
