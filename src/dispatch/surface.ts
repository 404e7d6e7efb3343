import { createHash } from 'node:crypto';
import { canonicalJson } from '../answer/canonical.ts';
import type { ToolListing } from './call.ts';

/**
 * SHA-256 of tools as clients are told of them (names, words, schemas, hints), whatever their order: JSON with sorted keys of the array
 * sorted by name. Two servers that offer the same have the same; a word changed in an update shows (attack 26).
 */
export const digestOfTools = (tools: readonly ToolListing[]): string =>
  `sha256:${createHash('sha256')
    .update(canonicalJson(tools.toSorted((a, b) => (a.name < b.name ? -1 : 1))))
    .digest('hex')}`;
