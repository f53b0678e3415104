import { block, grid, natten, swin } from './predicate-tools.ts';
import type { Predicate } from './predicate-tools.ts';

const causal: Predicate = ({ i, j }) => j <= i;

type AxisRule = (x: number, y: number) => boolean;

/** Videos of 2 x 11 x 10 cells, every frame seen by every frame; the rules of rows and columns by layer. */
const cosmos: Readonly<Record<number, readonly [rows: AxisRule, columns: AxisRule]>> = {
  0: [natten(11, 3, 1), natten(10, 6, 2)],
  1: [natten(11, 2, 1, 2), natten(10, 4)],
  3: [natten(11, 3, 1), natten(10, 4)],
  5: [natten(11, 5, 1), natten(10, 10, 2)],
};

/** Of attentions that stand for whole models, or whose point is the score. */
export const modelPredicates: Readonly<Record<string, Predicate>> = {
  'alibi decoder': causal,
  'clue decoder': causal,
  'combiner with_summaries': ({ i, j, nq }) =>
    j < nq ? j <= i && block(i, 32) === block(j, 32) : j - nq < block(i, 32),
  'cosmos_predict2 video': ({ layer, ...pair }) => {
    const rules = cosmos[layer];
    if (rules === undefined) return true;
    const onGrid = grid([2, 11, 10], (a, b) => rules[0](a[1], b[1]) && rules[1](a[2], b[2]));
    return onGrid({ layer, ...pair });
  },
  'cross_attention speech': () => true,
  'etc encoder': ({ i, j }) => i < 16 || j < 16 || Math.abs(i - j) <= 84,
  'gemma gemma3_decoder': ({ i, j, layer }) => j <= i && (layer % 6 === 5 || i - j < 64),
  'longt5 encoder': ({ i, j }) => Math.abs(i - j) <= 127,
  'longt5 transient_global': ({ i, j, nq }) => j >= nq || Math.abs(i - j) <= 31,
  'score_mods learned_alibi': causal,
  'score_mods kerple': causal,
  'score_mods forgetting': causal,
  'swin biased_block': ({ layer, ...pair }) => {
    const shift = layer === 0 || layer === 2 || layer === 4 ? 0 : 2;
    const rule = grid([15, 10], (a, b) => swin(15, 5, shift)(a[0], b[0]) && swin(10, 5, shift)(a[1], b[1]));
    return rule({ layer, ...pair });
  },
  'swinbert soft_captioning': ({ i, j }) => (i < 32 ? j <= i || j >= 32 : j >= 32),
  't5 encoder': () => true,
  't5 any_bias': causal,
};
