import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { mutated } from './mutation.js';
import { complaint } from './property.js';
import { targets as readers } from './targets.js';
import { wireTargets } from './wire.js';

// npm run fuzz -- MINUTES [TARGET…] [--seed N]: as long as told, round after round, each with its seed printed.
const args = process.argv.slice(2);
const seedAt = args.indexOf('--seed');
const given = seedAt < 0 ? undefined : Number(args.splice(seedAt, 2)[1]);
const [minutes = '5', ...names] = args;
const runs = 300;
const end = performance.now() + Number(minutes) * 60_000;
const targets = [...readers, ...wireTargets];
const corpus = join(import.meta.dirname, 'corpus');
const tried = new Map<string, number>();
const found = new Map<string, string>();

do {
  const seed = given ?? Date.now() % 2 ** 31;
  for (const target of targets.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const result = await fc.check(
      fc.asyncProperty(mutated(target.seeds), async (input) => (await complaint(target, input)) === undefined),
      { numRuns: runs, seed },
    );
    tried.set(target.name, (tried.get(target.name) ?? 0) + result.numRuns);
    const input = result.counterexample?.[0];
    if (input !== undefined) {
      keep(target.name, input, (await complaint(target, input)) ?? 'not again', seed);
    }
  }
} while (given === undefined && performance.now() < end);

for (const [name, count] of tried) {
  console.log(`${name.padEnd(20)} ${count} inputs`);
}
console.log(`${[...tried.values()].reduce((sum, count) => sum + count, 0)} inputs, ${found.size} faults found`);
process.exit(found.size === 0 ? 0 : 1);

/** One input per fault: its first line and where in our code it happened. */
function keep(name: string, input: Buffer, why: string, seed: number): void {
  const fault = `${name} ${why.split('\n').slice(0, 3).join(' ')}`;
  if (found.has(fault)) {
    return;
  }
  const file = `${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`;
  found.set(fault, file);
  mkdirSync(join(corpus, name), { recursive: true });
  writeFileSync(join(corpus, name, file), input);
  console.log(`seed ${seed} ${name}: corpus/${name}/${file}\n${why.split('\n').slice(0, 8).join('\n')}\n`);
}
