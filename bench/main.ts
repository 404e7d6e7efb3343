import { readdir } from 'node:fs/promises';
import type { Bench, Measurement } from './bench.ts';

/**
 * `npm run -s bench -- --json [NAME…]`: runs the measurements named (or all) one after the other and prints one JSON object
 * `{ name: { value, unit, limit, ratio } }` on stdout; progress goes to stderr.
 */
const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const asJson = args.includes('--json');

const folder = new URL('cases/', import.meta.url);
const benches: Bench[] = [];
for (const file of (await readdir(folder)).filter((name) => name.endsWith('.ts')).toSorted()) {
  const module = (await import(new URL(file, folder).href)) as { readonly default: Bench };
  benches.push(module.default);
}

const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such measurement: ${unknown.join(', ')}. There are: ${benches.map((bench) => bench.name).join(', ')}\n`,
  );
  process.exit(2);
}

const results: Record<string, Measurement> = {};
for (const bench of benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  process.stderr.write(`${bench.name}: ${bench.about}\n`);
  Object.assign(results, await bench.run());
}

if (asJson) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else {
  for (const [name, { value, unit, limit, ratio }] of Object.entries(results)) {
    process.stdout.write(`${name.padEnd(44)} ${value} ${unit}  (limit ${limit} ${unit}, ratio ${ratio})\n`);
  }
}
process.exit(0);
