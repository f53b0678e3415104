import type { TunedLayout, Tuning } from './tuning.ts';

/** Fields of the layouts of a target, and those that may be left out. */
const fields = {
  wgsl: { needed: ['x', 'y', 'rows', 'columns'], lists: ['tiled', 'smallQuery', 'diagonal'] },
  cuda: {
    needed: ['upTo', 'warps', 'rows', 'keys', 'stages', 'blocks'],
    lists: ['tiles', 'smallQuery', 'diagonal'],
  },
} as const;

const classes = { wgsl: ['software', 'gpu'], cuda: ['cuda-sm80', 'cuda-sm90a'] } as const;

/**
 * The tuning in the JSON that `sparsec tune` writes.
 *
 * @throws {Error} whose message says which field is missing or wrong.
 */
export function readTuning(json: unknown): Tuning {
  const root = objectAt('the file', json);
  const tuning = objectAt('"tuning"', root.tuning);
  const { attention, dim, dimV, dtype, layouts } = tuning;
  if (typeof attention !== 'string') throw wrong('"tuning.attention"', 'a name');
  if (dtype !== 'f32' && dtype !== 'f16' && dtype !== 'bf16')
    throw wrong('"tuning.dtype"', 'f32, f16 or bf16');
  if (!Array.isArray(layouts)) throw wrong('"tuning.layouts"', 'a list');
  return {
    attention,
    dim: countAt('"tuning.dim"', dim),
    dimV: countAt('"tuning.dimV"', dimV),
    dtype,
    layouts: layouts.map((layout, at) => readLayout(`"tuning.layouts[${at}]"`, layout)),
  };
}

function readLayout(where: string, json: unknown): TunedLayout {
  const { target, class: of, list, layout } = objectAt(where, json);
  if (target !== 'wgsl' && target !== 'cuda') throw wrong(`the target of ${where}`, 'wgsl or cuda');
  const { needed, lists } = fields[target];
  oneOf(`the class of ${where}`, of, classes[target]);
  oneOf(`the list of ${where}`, list, lists);
  const tile = objectAt(`the layout of ${where}`, layout);
  for (const name of needed) {
    const least = name === 'stages' ? 0 : 1;
    countAt(`${name} of ${where}`, tile[name], least);
  }
  return { target, class: of, list, layout: tile } as unknown as TunedLayout;
}

function objectAt(where: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function countAt(where: string, value: unknown, least = 1): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    throw wrong(where, `an integer from ${least} on`);
  return value;
}

function oneOf(where: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) throw wrong(where, choices.join(' or '));
}

function wrong(where: string, needed: string): Error {
  return new Error(`is no tuning: ${where} must be ${needed}`);
}
