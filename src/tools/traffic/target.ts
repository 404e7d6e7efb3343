import { Failure } from '../../core/errors.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';
import { trafficItems } from './ends.ts';

/** A name without anything that makes it an expression: no `=`, `:`, `/` or blank. */
const BARE = /^[^\s=:/"|]+$/;
const ADDRESS = /^[\d.]+$/;

/**
 * Whom a question is about, as one text: a label expression, an address or block, `iplist:NAME`, `group:NAME`, an href, a DNS name, or a
 * workload by name or host name. A bare name is a workload's first; one with dots that no workload has is a DNS name.
 */
async function targetTerm(target: string, { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>): Promise<string> {
  const text = target.trim();
  if (!BARE.test(text) || ADDRESS.test(text) || text === 'ams' || text === 'any') return text;
  try {
    return (await pce.resolve.workload(text, { signal })).href;
  } catch (error) {
    if (text.includes('.') && error instanceof Failure && error.code === 'not_found') return text;
    throw error;
  }
}

export async function targetAsDestination(target: string, context: ToolContext): Promise<TrafficQuery['destinations']> {
  const items = trafficItems([await targetTerm(target, context)]);
  return context.pce.resolve.destinations(items, [], { signal: context.signal });
}

export async function targetAsSource(target: string, context: ToolContext): Promise<TrafficQuery['sources']> {
  const items = trafficItems([await targetTerm(target, context)]);
  return context.pce.resolve.sources(items, [], { signal: context.signal });
}
