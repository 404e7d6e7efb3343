import type { FlowEndpoint } from './endpoint.ts';
import type { EndpointValue } from './endpoint-value.ts';
import { TextDictionary } from './text-dictionary.ts';

/** A value of every endpoint of a table as a small number. */
export interface EndpointCodes {
  readonly dictionary: TextDictionary;
  /** By endpoint. */
  readonly codeOf: Uint32Array;
  /** By number: the values it stands for, where endpoints have several. */
  readonly members: readonly (readonly string[])[];
}

/** Works out the value of each endpoint once, and of those that share what it depends on, once for all of them. */
export function endpointCodes(endpoints: readonly FlowEndpoint[], { of, dependsOn }: EndpointValue): EndpointCodes {
  const dictionary = new TextDictionary();
  const members: (readonly string[])[] = [[]];
  const known = new Map<object, number>();
  const codeOf = Uint32Array.from(endpoints, (endpoint) => {
    const part = dependsOn(endpoint);
    const before = part === null ? undefined : known.get(part);
    if (before !== undefined) return before;
    const values = of(endpoint);
    const code = dictionary.idOf(values.length === 1 ? values[0] : values.join(', '));
    members[code] ??= values;
    if (part !== null) known.set(part, code);
    return code;
  });
  return { dictionary, codeOf, members };
}
