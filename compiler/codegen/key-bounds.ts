import type { KeyBounds } from '../ir/kernel.ts';
import type { NodeId } from '../../runtime/mask/program/nodes.ts';
import { andWords, EVERY, NONE, notWord, orWords } from './key-words.ts';
import type { Word } from './key-words.ts';

/** A set of keys that one word holds. */
export type Leaf = Extract<KeyBounds, { kind: 'range' | 'row' | 'key' }>;

interface ValuedLeaf {
  readonly leaf: Leaf;
  /** The values that it needs. */
  readonly nodes: readonly NodeId[];
}

export type NamedLeaf = ValuedLeaf & { readonly name: string };

/** The leaves that name something. */
function leavesOf(bounds: KeyBounds): ValuedLeaf[] {
  switch (bounds.kind) {
    case 'range':
      return [{ leaf: bounds, nodes: [bounds.low, bounds.high].filter((end) => end !== null) }];
    case 'row':
    case 'key':
      return [{ leaf: bounds, nodes: [bounds.condition] }];
    case 'and':
    case 'or':
      return [...leavesOf(bounds.left), ...leavesOf(bounds.right)];
    case 'not':
      return leavesOf(bounds.operand);
    case 'open':
      return [];
  }
}

const NAMES = { range: 'span', row: 'whole', key: 'chosen' } as const;

/** Leaves in use are numbered; the value of the others never shows (`0 & word`), so it may be anything. */
export function nameLeaves(bounds: KeyBounds): {
  readonly named: NamedLeaf[];
  readonly words: ReadonlyMap<KeyBounds, Word>;
} {
  const leaves = leavesOf(bounds);
  const trial = new Map(
    leaves.map(({ leaf }, at) => [leaf as KeyBounds, { text: `leaf${at}`, operator: null } as Word]),
  );
  const text = evaluateBounds(bounds, trial)
    .map((word) => word.text)
    .join(' ');
  const used = leaves.filter(({ leaf }) => new RegExp(`\\b${trial.get(leaf)?.text}\\b`).test(text));
  const words = new Map<KeyBounds, Word>(leaves.map(({ leaf }) => [leaf, NONE]));
  const named = used.map((leaf, at) => {
    const name = `${NAMES[leaf.leaf.kind]}${at}`;
    words.set(leaf.leaf, { text: name, operator: null });
    return { ...leaf, name };
  });
  return { named, words };
}

/** The sets of keys that surely and that possibly satisfy `bounds`. */
export function evaluateBounds(
  bounds: KeyBounds,
  words: ReadonlyMap<KeyBounds, Word>,
): readonly [Word, Word] {
  switch (bounds.kind) {
    case 'range':
    case 'row':
    case 'key': {
      const word = words.get(bounds) as Word;
      return [word, word];
    }
    case 'open':
      return [NONE, EVERY];
    case 'not': {
      const [sure, possible] = evaluateBounds(bounds.operand, words);
      return [notWord(possible), notWord(sure)];
    }
    case 'and':
    case 'or': {
      const join = bounds.kind === 'and' ? andWords : orWords;
      const [left, right] = [evaluateBounds(bounds.left, words), evaluateBounds(bounds.right, words)];
      return [join(left[0], right[0]), join(left[1], right[1])];
    }
  }
}
