import type { ToolResult } from '../answer/result.ts';
import { sanitiseText } from '../answer/sanitise.ts';
import type { Principal } from '../core/authority.ts';
import { Failure } from '../core/errors.ts';
import { nearest } from '../core/near.ts';
import { type Collection, collections } from '../resources/collections.ts';
import { pages } from '../resources/pages.ts';
import type { Arguments, Dispatcher, ToolCall } from './call.ts';

const ROOT = 'illumio://';
const RESULTS = `${ROOT}results/`;
const MAX_URI = 6_000;

export interface ResourceListing {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

export interface TemplateListing extends Omit<ResourceListing, 'uri'> {
  readonly uriTemplate: string;
}

export interface ResourceText {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
  /** What stands beside a file that has no place for it. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** `none`: there is no such resource, in words fit for anybody; `failed`: reading it failed, as its tool tells it. */
export type ResourceRead =
  | { readonly found: ResourceText }
  | { readonly none: string }
  | { readonly failed: ToolResult };

const offeredCollections = (dispatcher: Dispatcher, principal: Principal): readonly Collection[] => {
  const offered = new Set(dispatcher.list(principal).map(({ name }) => name));
  return collections.filter(({ tool }) => offered.has(tool));
};

/** Collections of the PCE that this principal may read, then the knowledge base. */
export function listResources(dispatcher: Dispatcher, principal: Principal): readonly ResourceListing[] {
  return [
    ...offeredCollections(dispatcher, principal).map(({ path, title, description }) => ({
      uri: `${ROOT}${path}`,
      name: path,
      title,
      description,
      mimeType: 'application/json',
    })),
    ...pages.map(({ path, title, description }) => ({
      uri: `${ROOT}${path}`,
      name: path,
      title,
      description,
      mimeType: 'text/markdown',
    })),
  ];
}

/** The collections again, with their filters, and the page of an answer that a cursor leads to. */
export function listTemplates(dispatcher: Dispatcher, principal: Principal): readonly TemplateListing[] {
  return [
    ...offeredCollections(dispatcher, principal).map((collection) => ({
      uriTemplate: templateOf(collection),
      name: collection.path,
      title: `${collection.title}, filtered`,
      description: `${collection.description} Filters as in ${collection.tool}.`,
      mimeType: 'application/json',
    })),
    {
      uriTemplate: `${RESULTS}{cursor}`,
      name: 'results',
      title: 'Next page',
      description: 'The page of an answer that its cursor leads to.',
      mimeType: 'application/json',
    },
    {
      uriTemplate: `${RESULTS}{cursor}/csv{?from}`,
      name: 'results-csv',
      title: 'All rows as CSV',
      description:
        'All rows of the answer a cursor belongs to, as CSV with the fields of its JSON; from: see next_page.',
      mimeType: 'text/csv',
    },
  ];
}

/** As in RFC 6570: `illumio://labels{?key,value,cursor}`. */
export const templateOf = ({ path, filters }: Collection): string =>
  `${ROOT}${path}{?${[...Object.keys(filters), 'cursor'].join(',')}}`;

type Reading = Pick<ToolCall, 'principal' | 'requestId' | 'meta' | 'signal' | 'progress'>;

/** Reads one resource. Throws a `Failure` where the URI asks for what cannot be, or the principal may not have it. */
export async function readResource(dispatcher: Dispatcher, uri: string, reading: Reading): Promise<ResourceRead> {
  if (!uri.startsWith(ROOT) || uri.length > MAX_URI) return { none: `There is no resource ${shown(uri)}.` };
  if (uri.startsWith(RESULTS)) {
    const handle = uri.slice(RESULTS.length);
    const [file, cursor = handle, from = '0'] = CSV.exec(handle) ?? [];
    const call = dispatcher.continued(reading.principal, cursor);
    return file === undefined
      ? byTool(dispatcher, uri, call, reading)
      : csvByTool(dispatcher, uri, { ...reading, ...call, csvFrom: Number(from) });
  }
  const [path = '', query = ''] = uri.slice(ROOT.length).split(/\?(.*)/s);
  const collection = collections.find((one) => one.path === path);
  if (collection)
    return byTool(dispatcher, uri, { name: collection.tool, args: argumentsOf(collection, query) }, reading);
  const page = pages.find((one) => one.path === uri.slice(ROOT.length));
  if (!page) return { none: `There is no resource ${shown(uri)}.${hint(path)}` };
  await dispatcher.authorise(reading, { kind: 'resource', name: uri });
  return { found: { uri, mimeType: 'text/markdown', text: page.text() } };
}

const shown = (uri: string): string => sanitiseText(JSON.stringify(uri.slice(0, 200)));

function hint(path: string): string {
  const near = nearest(
    path,
    [...collections, ...pages].map((one) => one.path),
  );
  return near ? ` Did you mean ${ROOT}${near}?` : '';
}

/** The arguments of the tool; they stay text, which the tool reads as it reads every client's. */
function argumentsOf({ path, filters }: Collection, query: string): Arguments {
  const known = [...Object.keys(filters), 'cursor'];
  const given = [...new URLSearchParams(query)];
  const unknown = given.map(([name]) => name).filter((name) => !known.includes(name));
  const twice = known.filter((name) => given.filter(([one]) => one === name).length > 1);
  const problems = [
    ...unknown.map((name) => `${JSON.stringify(name.slice(0, 80))} is not a filter of ${path}.`),
    ...twice.map((name) => `${name} is given more than once.`),
  ];
  if (problems.length > 0)
    throw new Failure('invalid_arguments', { message: problems.join(' '), remedy: `Filters: ${known.join(', ')}.` });
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** A cursor, then `/csv` and perhaps the row to begin with. */
const CSV = /^([^/?]*)\/csv(?:\?from=(\d{1,9}))?$/;

async function csvByTool(dispatcher: Dispatcher, uri: string, call: ToolCall): Promise<ResourceRead> {
  const result = await dispatcher.call(call);
  if (result.isError) return { failed: result };
  const { structuredContent: { next, ...meta } = {}, content } = result;
  const [file = ''] = uri.split('?');
  const more = typeof next === 'number' ? { next_page: `${file}?from=${next}` } : {};
  return {
    found: { uri, mimeType: 'text/csv', text: content[0].text, meta: { [FILE_META_KEY]: { ...meta, ...more } } },
  };
}

/** Where clients find what a file holds, what was looked at for it, and its next part. */
const FILE_META_KEY = 'illumio-mcp/file';

/** The structured lane, with where the next page is; without it the text. */
async function byTool(
  dispatcher: Dispatcher,
  uri: string,
  { name, args }: { readonly name: string; readonly args: Arguments },
  reading: Reading,
): Promise<ResourceRead> {
  const result = await dispatcher.call({ ...reading, name, args });
  if (result.isError) return { failed: result };
  const { structuredContent, content } = result;
  if (structuredContent === undefined) return { found: { uri, mimeType: 'text/plain', text: content[0].text } };
  const { cursor } = structuredContent;
  const next = typeof cursor === 'string' ? { next_page: `${RESULTS}${cursor}` } : {};
  return { found: { uri, mimeType: 'application/json', text: JSON.stringify({ ...structuredContent, ...next }) } };
}
