import { Failure } from '../../core/errors.ts';
import type { TrafficItems } from '../../pce/view.ts';

/**
 * A list of sources or destinations as the reference server takes it: texts that must all hold, or lists of texts (OR of AND blocks),
 * which arrive here as JSON text because a published field has one type.
 */
export const trafficItems = (items: readonly string[] = []): TrafficItems =>
  items.map((item) => (item.trimStart().startsWith('[') ? block(item) : item));

function block(text: string): readonly string[] {
  const parsed: unknown = parse(text);
  if (Array.isArray(parsed) && parsed.every((entry) => typeof entry === 'string')) return parsed;
  throw malformed(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(text);
  }
}

const malformed = (text: string): Failure =>
  new Failure('invalid_arguments', {
    message: `This list of sources or destinations could not be read: ${text.slice(0, 80)}`,
    remedy: 'Give texts like "app=ordering env=prod" (all must hold), or lists of such texts for alternatives.',
  });
