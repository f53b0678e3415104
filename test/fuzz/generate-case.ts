import { forms } from './forms/index.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { launchLimits, offsets, walk } from './fuzz-case.ts';
import { Random } from './random.ts';
import type { Form, Sort, Term } from './term.ts';

/** Names that a place may use, with the sorts that they give. */
type Scope = Readonly<Record<string, readonly Sort[]>>;

const attentionScope: Scope = { w: ['integer', 'natural', 'positive'], shift: ['integer', 'natural'] };
const patternScope: Scope = { width: ['integer', 'natural', 'positive'], half: ['integer'] };

/** The case of a seed. Deeper specifications are rarer; sizes are small and awkward. */
export function generateCase(seed: number): FuzzCase {
  const random = new Random(seed);
  const depth = random.pick([1, 2, 2, 3, 3, 4]);
  const mask = generateTerm('set', depth, attentionScope, random);
  const others = Array.from({ length: random.pick([0, 0, 0, 0, 0, 1, 1, 2]) }, () =>
    generateTerm('set', random.pick([0, 1, 2]), attentionScope, random),
  );
  const callsPattern = [mask, ...others].some((term) =>
    [...walk(term)].some(({ form }) => form === 'pattern call'),
  );
  const pattern = callsPattern
    ? {
        half: generateTerm('integer', 1, { width: patternScope.width }, random),
        body: generateTerm('set', 2, patternScope, random),
      }
    : null;
  const heads = random.pick([1, 1, 2, 3, 4]);
  const nk = random.pick([1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 40]);
  return {
    mask,
    pattern,
    batch: random.pick([1, 1, 1, 2]),
    heads,
    kvHeads: random.pick([1, heads]),
    nq: random.chance(0.7) ? nk : random.integer(1, 24),
    nk,
    queriesAt: random.chance(0.7) ? null : random.pick(Object.keys(offsets) as (keyof typeof offsets)[]),
    layer: random.integer(0, 2),
    w: random.pick([1, 2, 3, 5, 8, 16, launchLimits.w]),
    shift: random.pick([0, 0, 1, 4, 11]),
    seed: random.integer(0, 2 ** 31 - 1),
    queryTile: random.pick([1, 2, 3, 4, 5, 8, 16]),
    granularity: random.pick([1, 2, 4, 5, 8, 16]),
    others,
    combine: random.pick(['merge', 'merge', 'concat']),
  };
}

function generateTerm(sort: Sort, depth: number, scope: Scope, random: Random): Term {
  const inPattern = scope !== attentionScope;
  const fitting = [...forms.values()].filter(
    (form) =>
      form.gives.includes(sort) &&
      (depth > 0 || !form.takes.includes('set')) &&
      (depth > 0 || sort === 'set' || form.takes.length === 0) &&
      !(inPattern && (form.uses !== undefined || form.name === 'pattern call')) &&
      (form.name !== 'name' || namesOf(scope, sort).length > 0),
  );
  const form = random.weighted(fitting);
  const args = form.takes.map((taken) =>
    generateTerm(taken, depthBelow(form, taken, depth, random), scope, random),
  );
  return { form: form.name, args, value: generateValue(form, sort, scope, random) };
}

/** Integers are kept shallow: a mask is interesting for its sets. */
function depthBelow(form: Form, taken: Sort, depth: number, random: Random): number {
  if (taken === 'set') return depth - 1;
  const isInteger = form.gives.includes('integer');
  return isInteger ? Math.max(depth - 1, 0) : random.pick([0, 0, 1, 2]);
}

function generateValue(form: Form, sort: Sort, scope: Scope, random: Random): Term['value'] {
  switch (form.name) {
    case 'constant':
      if (sort === 'positive' || sort === 'size') return random.pick([1, 2, 2, 3, 4, 5, 7, 8]);
      if (sort === 'natural') return random.pick([0, 1, 2, 3, 4, 6, 9, 16]);
      return random.integer(-5, 20);
    case 'name':
      return random.pick(namesOf(scope, sort));
    case 'by head':
      return random.pick([1, 1, 2]);
    case 'by layer':
      return random.integer(0, 2);
    case 'floor of a share':
      return random.pick(['0.3', '0.5', '0.77', '1.25']);
    default:
      return null;
  }
}

function namesOf(scope: Scope, sort: Sort): string[] {
  return Object.keys(scope).filter((name) => scope[name].includes(sort));
}
