import { coordinatesAt } from '../grid-orders.ts';
import { floorDiv, floorMod, levels } from '../term.ts';
import type { Environment, Form } from '../term.ts';

const form = (
  name: string,
  part: Omit<Form, 'name' | 'gives' | 'level'> & { readonly level?: number },
): Form => ({
  name,
  gives: ['set'],
  level: levels.closed,
  ...part,
});

const truth = (value: boolean) => (value ? 1 : 0);

/** NATTEN's rule, as its paper and reference code state it; see docs/language.md for short sequences. */
export const neighborhoodForms: readonly Form[] = [
  form('neighborhood', {
    takes: ['step', 'step'],
    weight: 0.8,
    text: (arg) => `neighborhood(${arg(0)}, dilation: ${arg(1)})`,
    meaning: (environment, arg) =>
      onEveryAxis(environment, (i, j, n) =>
        isNeighbor(i, j, n, { kernel: arg(0), stride: 1, dilation: arg(1) }),
      ),
  }),
  form('causal neighborhood', {
    takes: ['step', 'step'],
    weight: 0.4,
    text: (arg) => `neighborhood(${arg(0)}, dilation: ${arg(1)}, causal: true)`,
    meaning: (environment, arg) =>
      onEveryAxis(environment, (i, j, n) =>
        isNeighbor(i, j, n, { kernel: arg(0), stride: 1, dilation: arg(1), causal: true }),
      ),
  }),
  form('strided neighborhood', {
    takes: ['step', 'step'],
    weight: 0.5,
    text: (arg) => `neighborhood(${arg(0)} + ${arg(1)}, stride: ${arg(1)})`,
    meaning: (environment, arg) =>
      onEveryAxis(environment, (i, j, n) =>
        isNeighbor(i, j, n, { kernel: arg(0) + arg(1), stride: arg(1), dilation: 1 }),
      ),
  }),
  form('truncated neighborhood', {
    takes: ['step', 'step', 'step'],
    weight: 0.4,
    text: (arg) =>
      `neighborhood(${arg(0)} + ${arg(1)}, stride: ${arg(1)}, dilation: ${arg(2)}, edge: truncate)`,
    meaning: (environment, arg) =>
      onEveryAxis(environment, (x, y, size) => {
        const place = placeIn(x, y, size, { kernel: arg(0) + arg(1), stride: arg(1), dilation: arg(2) });
        return place !== null && place.start <= place.key && place.key < place.start + arg(0) + arg(1);
      }),
  }),
  form('wrapped neighborhood', {
    takes: ['step', 'step', 'step'],
    weight: 0.4,
    text: (arg) => `neighborhood(${arg(0)} + ${arg(1)}, stride: ${arg(1)}, dilation: ${arg(2)}, edge: wrap)`,
    meaning: (environment, arg) =>
      onEveryAxis(environment, (x, y, size) => {
        const place = placeIn(x, y, size, { kernel: arg(0) + arg(1), stride: arg(1), dilation: arg(2) });
        return place !== null && floorMod(place.key - place.start, place.length) < arg(0) + arg(1);
      }),
  }),
  form('strided causal neighborhood', {
    takes: ['step', 'step', 'step'],
    weight: 0.4,
    text: (arg) =>
      `neighborhood(${arg(0)} + ${arg(1)}, stride: ${arg(1)}, dilation: ${arg(2)}, causal: true)`,
    meaning: (environment, arg) =>
      onEveryAxis(environment, (i, j, n) =>
        isNeighbor(i, j, n, { kernel: arg(0) + arg(1), stride: arg(1), dilation: arg(2), causal: true }),
      ),
  }),
];

/** A rule of one axis, on every axis of the attention's grid where there is one. */
function onEveryAxis(
  environment: Environment,
  rule: (x: number, y: number, size: number) => boolean,
): number {
  const { i, j, n, grid } = environment;
  if (grid === null) return truth(rule(i, j, n));
  const [a, b] = [i, j].map((p) => coordinatesAt(environment, p));
  return truth(grid.every((size, axis) => rule(a[axis], b[axis], size)));
}

/** Where a window that is not moved inside begins, counted in the residue class of x; null for keys of another one. */
function placeIn(
  x: number,
  y: number,
  size: number,
  { kernel, stride, dilation }: Neighborhood,
): { readonly key: number; readonly start: number; readonly length: number } | null {
  if (floorMod(x - y, dilation) !== 0) return null;
  const length = Math.ceil((size - floorMod(x, dilation)) / dilation);
  const group = floorDiv(floorDiv(x, dilation), stride) * stride;
  const leader = Math.min(group + floorDiv(stride, 2), length - 1);
  return { key: floorDiv(y, dilation), start: leader - floorDiv(kernel, 2), length };
}

interface Neighborhood {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly causal?: boolean;
}

function isNeighbor(
  i: number,
  j: number,
  n: number,
  { kernel, stride, dilation, causal = false }: Neighborhood,
): boolean {
  const group = floorMod(i, dilation);
  if (floorMod(j, dilation) !== group) return false;
  const query = floorDiv(i, dilation);
  const key = floorDiv(j, dilation);
  const last = Math.ceil((n - group) / dilation) - 1;
  if (causal) {
    const leader = Math.min(floorDiv(query, stride) * stride + stride - 1, last);
    return key <= query && leader - key < kernel;
  }
  const back = floorDiv(kernel, 2);
  const ahead = kernel - back - 1;
  const leader = Math.min(floorDiv(query, stride) * stride + floorDiv(stride, 2), last);
  const center = Math.max(Math.min(leader, last - ahead), back);
  return center - back <= key && key <= center + ahead;
}
