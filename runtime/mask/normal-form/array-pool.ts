import type { HostArray } from '../../arrays.ts';
import { cutArray, type ConstantIndices, type CutArray } from './cut-array.ts';

/**
 * The parts of arrays that bound masks read. Parts of one array with equal contents get one name, so that grid indices
 * with equal data get equal masks.
 */
export class ArrayPool {
  private readonly byName = new Map<string, CutArray | null>();
  private readonly byContent = new Map<string, CutArray[]>();

  /** The part at constant indices; null where an index lies outside the array. */
  part(array: HostArray, name: string, at: ConstantIndices): CutArray | null {
    const key = `${name}[${textOf(at)}]`;
    const known = this.byName.get(key);
    if (known !== undefined) return known;
    const cut = knownCut(array, name, at);
    // The one part of an array has none to be equal to; its columns are hardly ever.
    const isOnly = array.dims.slice(0, at.leading.length).every((size) => size === 1);
    const shared = cut && !isOnly ? this.share(name, cut) : cut;
    this.byName.set(key, shared);
    return shared;
  }

  private share(name: string, cut: CutArray): CutArray {
    const content = contentOf(cut.array);
    const key = `${name} ${cut.array.dims.join(',')} ${hashOf(content)}`;
    const candidates = this.byContent.get(key) ?? [];
    this.byContent.set(key, candidates);
    const equal = candidates.find((other) => sameContent(contentOf(other.array), content));
    if (!equal) candidates.push(cut);
    return equal ?? cut;
  }
}

/** Cuts by what they are cut from: what is found out about an array (../abstract/range-extremes.ts …) is kept by its memory. */
const cuts = new WeakMap<Content, Map<string, CutArray | null>>();

function knownCut(array: HostArray, name: string, at: ConstantIndices): CutArray | null {
  if (at.leading.length + at.trailing.length === 0) return cutArray(array, name, at);
  const content = contentOf(array);
  const ofContent = cuts.get(content) ?? new Map<string, CutArray | null>();
  cuts.set(content, ofContent);
  const key = `${name}[${textOf(at)}] of ${array.dims.join(',')}`;
  const known = ofContent.get(key);
  if (known !== undefined) return known;
  const cut = cutArray(array, name, at);
  ofContent.set(key, cut);
  return cut;
}

function textOf({ leading, trailing }: ConstantIndices): string {
  return `${leading.join(',')} .. ${trailing.join(',')}`;
}

type Content = Int32Array | Uint32Array | Float64Array;

function contentOf(array: HostArray): Content {
  return array.kind === 'bits' ? array.words : array.kind === 'list' ? array.values : array.data;
}

function sameContent(a: Content, b: Content): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

const hashes = new WeakMap<Content, number>();

function hashOf(content: Content): number {
  const hash = hashes.get(content) ?? hashWords(content);
  hashes.set(content, hash);
  return hash;
}

/** FNV-1a over the words (of reals: over their integer parts; equality is checked afterwards). */
function hashWords(content: Content): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < content.length; at++) hash = Math.imul(hash ^ content[at], 0x01000193);
  return hash >>> 0;
}
