import type { WeightFunction } from '../../runtime/score.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { launchLimits, offsets, walk } from './fuzz-case.ts';
import { generateAttends } from './generate-attends.ts';
import { generateScores } from './generate-scores.ts';
import { attentionNames, generateTerm, patternNames } from './generate-term.ts';
import { generateTensors } from './generate-tensors.ts';
import { generateOrder } from './grid-orders.ts';
import { Random } from './random.ts';
import { scoreFormOf } from './scores/score-part.ts';
import type { ScorePart } from './scores/score-part.ts';
import { generateWeights } from './weigh.ts';

/** The case of a seed. Deeper specifications are rarer; sizes are small and awkward. */
export function generateCase(seed: number): FuzzCase {
  const random = new Random(seed);
  const depth = random.pick([1, 2, 2, 3, 3, 4]);
  const nk = random.pick([1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 37, 40, 49]);
  const grid = random.chance(0.2) ? generateGrid(nk, random) : null;
  const order = grid === null ? null : generateOrder(random);
  const scope = { names: attentionNames, onGrid: grid !== null, isOrdered: order !== null };
  const mask = generateTerm('set', depth, scope, random);
  const attends = generateAttends(scope, random);
  const scores = generateScores(scope, random);
  const callsPattern = [mask, ...attends.others, ...scores.flatMap(({ args }) => args)].some((term) =>
    [...walk(term)].some(({ form }) => form === 'pattern call'),
  );
  const inPattern = { onGrid: false, isPattern: true };
  const pattern = callsPattern
    ? {
        half: generateTerm('integer', 1, { ...inPattern, names: { width: patternNames.width } }, random),
        body: generateTerm('set', 2, { ...inPattern, names: patternNames }, random),
      }
    : null;
  const heads = random.pick([1, 1, 2, 3, 4]);
  const drawn: Omit<FuzzCase, 'weights'> = {
    mask,
    pattern,
    scores,
    grid,
    order,
    batch: random.pick([1, 1, 1, 2]),
    heads,
    kvHeads: random.pick([1, heads]),
    nq: random.chance(0.7) ? nk : random.integer(1, 24),
    nk,
    queriesAt: random.chance(0.7) ? null : random.pick(Object.keys(offsets) as (keyof typeof offsets)[]),
    layer: random.integer(0, 2),
    w: random.pick([1, 2, 3, 5, 8, 13, 16, 49, launchLimits.w]),
    shift: random.pick([0, 0, 1, 4, 11]),
    seed: random.integer(0, 2 ** 31 - 1),
    queryTile: random.pick([1, 2, 3, 4, 5, 8, 16]),
    granularity: random.pick([1, 2, 4, 5, 8, 16]),
    ...attends,
    storage: generateTensors(random),
    hasFeeds: random.chance(0.5),
  };
  const weights = generateWeights(random);
  if (weights === null) return { ...drawn, weights };
  return { ...drawn, weights, combine: 'concat', scores: scores.filter((part) => isFor(weights, part)) };
}

/** Whether a part is of the scores, and not of the denominator; and no score without bounds where it is the weight. */
function isFor(weights: WeightFunction, part: ScorePart): boolean {
  const { field } = scoreFormOf(part);
  if (weights === 'none' && part.form === 'score, none at some pairs') return false;
  return field !== 'sink logit' && field !== 'denominator scale';
}

/** A grid that holds all positions, some of them, or more. */
function generateGrid(nk: number, random: Random): NonNullable<FuzzCase['grid']> {
  const columns = random.pick([1, 2, 3, 4, 5, 7, 8]);
  return [Math.max(1, Math.ceil(nk / columns) + random.pick([-1, 0, 0, 0, 1])), columns];
}
