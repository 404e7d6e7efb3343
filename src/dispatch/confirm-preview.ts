import type { PreviewSection } from '../access/confirm/confirmations.ts';
import type { Answer } from '../answer/answer.ts';
import { MAX_SENTENCE_LENGTH, sanitiseText } from '../answer/sanitise.ts';
import { inline } from '../answer/text.ts';
import { isObject } from '../core/json.ts';

const MAX_ENTRIES = 300;
const MAX_DETAILS = 50;

/**
 * What a dry run found, for the person who is to approve it: in words, then everything that changes with what it was and would be, what
 * gets wider, what to mind, the literal requests, and what was not looked at. Whatever is left out is counted.
 */
export function previewForPeople({ answer, items, extra = {}, coverage }: Answer<object>) {
  const { message, traffic_impact: impact, widening, warnings, requests } = extra;
  const words = [message, isObject(impact) ? impact['sentence'] : undefined].filter((each) => typeof each === 'string');
  const sections: readonly PreviewSection[] = [
    { title: 'What changes', entries: items.map((item) => entryOf(item)) },
    { title: 'Widens policy', entries: texts(widening) },
    { title: 'Mind', entries: texts(warnings) },
    { title: 'Requests to the PCE', entries: texts(requests) },
    { title: 'Not looked at', entries: texts(coverage.gaps) },
  ];
  return {
    says: sanitiseText(words.length === 0 ? answer : words.join(' '), MAX_SENTENCE_LENGTH),
    sections: sections.filter(({ entries }) => entries.length > 0).map(bounded),
  };
}

type Entry = PreviewSection['entries'][number];

const texts = (value: unknown): readonly Entry[] =>
  (Array.isArray(value) ? value : []).map((each: unknown) => ({ text: shown(inline(each)), details: [] }));

/** An object that changes: what it is on one line, lists of it (differences, rules) below. */
function entryOf(item: object): Entry {
  const fields = Object.entries(item).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
  const facts = fields
    .filter(([, value]) => !isList(value))
    .map(([name, value]) => (IS_NAME.has(name) ? '' : `${name} `) + inline(value));
  const details = fields.flatMap(([name, value]) =>
    isList(value) ? value.map((each) => (name === 'diff' ? '' : `${name}: `) + inline(each)) : [],
  );
  return { text: shown(facts.join(', ')), details: counted(details.map(shown), MAX_DETAILS, (more) => more) };
}

/** Fields that speak for themselves. */
const IS_NAME: ReadonlySet<string> = new Set(['change', 'type', 'name', 'hostname', 'app', 'env', 'message']);

const shown = (text: string): string => sanitiseText(text, MAX_SENTENCE_LENGTH);

const bounded = ({ title, entries }: PreviewSection): PreviewSection => ({
  title,
  entries: counted(entries, MAX_ENTRIES, (text) => ({ text, details: [] })),
});

/** So many, and how many more there are. */
const counted = <T>(all: readonly T[], most: number, more: (text: string) => T): readonly T[] =>
  all.length <= most ? all : [...all.slice(0, most), more(`… and ${all.length - most} more`)];
