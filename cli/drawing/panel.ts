/** What a cell looks like: the same words in the terminal, in SVG and in PNG. */
export type Look = 'empty' | 'vain' | 'low' | 'middle' | 'high' | 'full';

/** A rectangle of cells with what is said about it. */
export interface Panel {
  /** A sentence that stands for itself: name, heads, sizes. */
  readonly title: string;
  /** The same in a few words, for panels side by side under a common title: `heads 0-3`, `t = 2`. */
  readonly caption: string;
  /** What stands under the panel. */
  readonly note: string;
  /** What runs downwards and to the right: `queries` and `keys`, or two axes of a grid. */
  readonly axes: { readonly down: string; readonly across: string };
  readonly rows: number;
  readonly columns: number;
  /** Live pairs (or keys) of a cell over all of it, 0 to 1, row-major. Exactly 0 or 1 only where that is known. */
  readonly shares: Float32Array;
  /** What the kernels of a launch visit; null where that is not drawn. */
  readonly tiles: VisitedCells | null;
  /** The cell of the query, where keys of one query are drawn. */
  readonly mark: { readonly row: number; readonly column: number } | null;
}

/** How much of each cell lies in visited tiles, and in full ones: 0 to 1, more where passes overlap. */
export interface VisitedCells {
  readonly visited: Float32Array;
  readonly full: Float32Array;
}

/** Panels under one title. */
export interface Drawing {
  readonly title: string;
  /** What cells hold: pairs, or the keys of one query, which may itself be no key. */
  readonly of: 'pairs' | 'keys';
  readonly panels: readonly Panel[];
}

/** Float32 sums of a few products of whole numbers: what is below is none, what is above is all. */
const slack = 1e-4;

/**
 * Without tiles: from `empty` over three degrees of partial to `full`. With tiles: `empty` is skipped, `full` computed
 * without a mask, `vain` visited though nothing is live, the others are the live part of partial tiles.
 */
export function lookOf({ shares, tiles }: Panel, at: number): Look {
  const share = shares[at];
  if (tiles === null) return share === 0 ? 'empty' : share === 1 ? 'full' : degreeOf(share);
  if (tiles.visited[at] < slack) return 'empty';
  if (tiles.full[at] > 1 - slack) return 'full';
  return share === 0 ? 'vain' : degreeOf(share);
}

function degreeOf(share: number): Look {
  return share < 1 / 3 ? 'low' : share < 2 / 3 ? 'middle' : 'high';
}

/** Cells by what they hold. */
export function countCells({ shares }: Panel): { full: number; partial: number; empty: number } {
  const counts = { full: 0, partial: 0, empty: 0 };
  for (const share of shares) counts[share === 0 ? 'empty' : share === 1 ? 'full' : 'partial']++;
  return counts;
}

/** What a legend explains: a look, or the mark of the query. */
export type Sample = Exclude<Look, 'empty'> | 'mark';

/** The samples that a drawing holds, in the order of its legend, with what they mean. */
export function legendOf({ panels, of }: Drawing): readonly (readonly [sample: Sample, meaning: string])[] {
  const found = new Set<Look | 'mark'>();
  for (const panel of panels) {
    for (let at = 0; at < panel.shares.length; at++) found.add(lookOf(panel, at));
    if (panel.mark !== null) found.add('mark');
  }
  const hasDegree = (['low', 'middle', 'high'] as const).some((degree) => found.has(degree));
  const [all, some] = panels.some((panel) => panel.tiles !== null)
    ? ['full tile', 'live in a partial tile']
    : of === 'keys'
      ? ['live', 'partly live']
      : ['full', 'partial'];
  const samples: readonly (readonly [Sample, string])[] = [
    ['mark', 'the query'],
    ['full', all],
    ['middle', some],
    ['vain', 'visited, nothing live'],
  ];
  return samples.filter(([sample]) => (sample === 'middle' ? hasDegree : found.has(sample)));
}
