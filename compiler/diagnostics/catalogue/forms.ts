import { chapter } from './entry.ts';

/** Codes SA04xx: the forms of the language. */
export const forms = chapter({
  'window-needs-convention': {
    code: 'SA0401',
    severity: 'error',
    title: 'a window does not say how its extent is counted',
    explanation:
      'Published windows of width w mean at least six different sets: w keys or w + 1, one side or both, the query included or not. So the language has no bare `window(w)`: `each` is a distance on both sides, `keys` counts the keys that end with the query, `back` and `ahead` are two distances.',
  },
  'keeps-no-key': {
    code: 'SA0402',
    severity: 'warning',
    title: 'a form keeps no key',
    explanation:
      'The extent is such that the form is empty. A row without any key gives output 0 and lse -infinity.',
  },
  'negative-extent': {
    code: 'SA0403',
    severity: 'error',
    title: 'an extent is negative',
    explanation: 'Widths, counts and distances of forms are 0 or more.',
  },
  'empty-range': {
    code: 'SA0404',
    severity: 'warning',
    title: 'a range holds nothing',
    explanation:
      'The end of the range lies before its start, or `..<` leaves out its only value. Ranges count upwards.',
  },
  'columns-outside': {
    code: 'SA0405',
    severity: 'warning',
    title: 'a column number cannot occur',
    explanation: '`columns(every: s, at: …)` numbers the columns of each stretch of s keys 0 to s - 1.',
  },
  'part-expected': {
    code: 'SA0406',
    severity: 'error',
    title: '`within` needs a partition',
    explanation: 'A partition says which positions belong together: `chunk(b)` or `segments(ids)`.',
  },
  'segments-need-sorted': {
    code: 'SA0407',
    severity: 'error',
    title: 'segments of ids that are not sorted',
    explanation:
      'A part is one stretch of equal ids, with a start and an end. Where equal ids are scattered there is no position inside the part; `same(ids)` works for those.',
  },
  'uncovered-labels': {
    code: 'SA0408',
    severity: 'error',
    title: 'a `by` leaves heads or layers without a value',
    explanation:
      'Every head that the attention has must be named by a case or by `else`. The number of layers is not part of a specification, so that `by layer` always needs an `else`.',
  },
  'overlapping-labels': {
    code: 'SA0409',
    severity: 'error',
    title: 'two cases of a `by` name the same head or layer',
    explanation: 'Cases have no order, so that each head or layer is named once.',
  },
  'label-outside': {
    code: 'SA0410',
    severity: 'warning',
    title: 'a case of `by head` names a head that does not exist',
    explanation: 'The attention has fewer heads.',
  },
  'stride-beyond-kernel': {
    code: 'SA0411',
    severity: 'error',
    title: 'the stride of a neighborhood is beyond its kernel size',
    explanation:
      'NATTEN asks for 1 <= stride <= kernel size: the queries of a group share the window of their leader, and in a longer group some would not see themselves.',
  },
  'random-in-part': {
    code: 'SA0412',
    severity: 'error',
    title: '`random` stands inside `within`',
    explanation:
      'Random lists are drawn once a plan is made, for a number of keys that is the same for all rows. In parts of different lengths it is not.',
  },
  'random-not-fixed': {
    code: 'SA0413',
    severity: 'error',
    title: '`random` depends on a row, a head or an array',
    explanation: 'The number of keys a row and the seed are the same for all rows, heads and batch entries.',
  },
  'space-expected': {
    code: 'SA0414',
    severity: 'error',
    title: '`over` is given something that is no space',
    explanation:
      'A space is a sum of regions: `text(256)` is a stretch of positions, `video(t: 21, h: 45, w: 80)` a row-major grid with named axes, `(t, h, w)` a grid whose axes are called as their sizes, `band(s, e, width: W)` the cells near a diagonal.',
  },
  'axis-without-name': {
    code: 'SA0415',
    severity: 'error',
    title: 'an axis has no name',
    explanation: 'Axes are asked for by name: `i.t`. A region without axes has one number, its length.',
  },
  'duplicate-axis': {
    code: 'SA0416',
    severity: 'error',
    title: 'two axes or regions of a space have the same name',
    explanation: '`i.t` would not say which of them is meant.',
  },
  'unknown-axis': {
    code: 'SA0417',
    severity: 'error',
    title: 'a name of an axis that the space does not have',
    explanation: 'After the dot of a position stands an axis or a region of the space of its pattern.',
  },
  'no-space': {
    code: 'SA0418',
    severity: 'error',
    title: 'an axis is asked for where positions are plain numbers',
    explanation:
      'Axes come from the `over` of the pattern or of the attention. Inside `block`, `chunk`, `segments` and `axis` positions are counted anew and have no axes.',
  },
  'wrong-rank': {
    code: 'SA0419',
    severity: 'error',
    title: 'a tuple with another number of values than the grid has axes',
    explanation:
      'A tuple has one value for each axis in the order of the space; a single value stands for all axes.',
  },
  'axis-size-not-fixed': {
    code: 'SA0420',
    severity: 'error',
    title: 'a size of a space depends on a row, a head or an array',
    explanation:
      'The axes are the same for the whole launch: sizes are made of constants, parameters, launch parameters and n.',
  },
  'ambiguous-grid': {
    code: 'SA0421',
    severity: 'error',
    title: 'a form on a grid where the space has several grids',
    explanation: '`within(REGION) { … }` restricts the form to one region.',
  },
  'space-too-large': {
    code: 'SA0422',
    severity: 'error',
    title: 'a space has more positions than a sequence may have',
    explanation: 'Positions are below 2^24.',
  },
  'wrap-not-causal': {
    code: 'SA0423',
    severity: 'error',
    title: 'a causal neighborhood wraps around',
    explanation: 'On a ring no position comes before another.',
  },
  'shrink-rule': {
    code: 'SA0424',
    severity: 'error',
    title: '`shrink` is given something that is no rule',
    explanation:
      'A rule says which blocks stay: `any` keeps a block with a pair of the set, `all` one that lies in the set, `columns(denser: x, share: y)` one in which more than the share y of the live columns is denser than x.',
  },
  'shrink-not-fixed': {
    code: 'SA0425',
    severity: 'error',
    title: 'the blocks of `shrink` depend on a row or the batch',
    explanation:
      'Blocks are chosen once, on the host, when a plan is made: the set inside `shrink` is the same for all batch entries, and may differ from head to head; the size of a block and the positions are the same for the whole launch.',
  },
  'shrink-real': {
    code: 'SA0426',
    severity: 'error',
    title: 'a real number inside `shrink` depends on a position',
    explanation:
      'The set inside `shrink` is read by intervals, so that its size does not matter; it is made of integers. Reals of sizes and parameters are computed before.',
  },
  'order-array': {
    code: 'SA0427',
    severity: 'error',
    title: 'the order of a region is an array of another shape',
    explanation:
      'A run-time order says which cell stands at each position: `int[n]` by its row-major number, `int[n, 3]` by its coordinates on three axes. A position whose entry lies outside of the grid is no cell.',
  },
  'two-spaces': {
    code: 'SA0428',
    severity: 'error',
    title: 'a grid is asked for where queries and keys have different spaces',
    explanation:
      'After `over A by B` positions of queries are those of A and positions of keys those of B. Forms on grids and `within(REGION)` compare cells of one grid; coordinates of different ones can be compared by themselves.',
  },
  'no-power-of-two': {
    code: 'SA0429',
    severity: 'error',
    title: 'no power of two lies in a range of distances',
    explanation:
      '`powers_of_two(from: a, to: b)` keeps the distances 0, 1, 2, 4, 8 … from a to b; there has to be one of them.',
  },
  'order-of-no-region': {
    code: 'SA0430',
    severity: 'error',
    title: 'the field `order` has no region to number, or several',
    explanation:
      'The field numbers the one region with axes of the `over` of the same attention, of both spaces of `over A by B`. Where several have axes, each takes an `order: …` of its own; a band is numbered already.',
  },
});
