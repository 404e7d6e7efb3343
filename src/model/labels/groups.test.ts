import { expect, it } from 'vitest';
import { type Href, idOf } from '../../core/href.ts';
import { flattenGroups } from './groups.ts';

const label = (value: string) => ({ href: `/labels/${value}` as Href, key: 'env', value });
const sub = (name: string) => ({ href: `/label_groups/${name}` as Href, name });
const group = (name: string, labels: string[], subGroups: string[] = []) => ({
  href: `/label_groups/${name}` as Href,
  labels: labels.map(label),
  subGroups: subGroups.map(sub),
});

const flatten = flattenGroups([
  group('nonprod', ['dev'], ['test']),
  group('test', ['qa', 'perf'], ['loop']),
  group('loop', ['stage'], ['nonprod', 'gone']),
  group('empty', []),
]);
const members = (name: string) => [...flatten(sub(name).href)].map(idOf).sort();

it('takes in sub-groups at any depth, and ends where a group contains itself', () => {
  expect(members('nonprod')).toEqual(['dev', 'perf', 'qa', 'stage']);
  expect(members('loop')).toEqual(['dev', 'perf', 'qa', 'stage']);
});

it('has no labels for an empty or unknown group', () => {
  expect([members('empty'), members('never')]).toEqual([[], []]);
});
