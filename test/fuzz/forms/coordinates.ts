import { floorDiv, floorMod, levels } from '../term.ts';
import type { Environment, Form } from '../term.ts';

/** Coordinates on the grid of the attention. They go on counting outside of it. */
const coordinate = (
  index: 'i' | 'j',
  axis: 'y' | 'x',
  of: (position: number, columns: number) => number,
): Form => ({
  name: `${index}.${axis}`,
  gives: ['integer'],
  takes: [],
  weight: 4,
  onGrid: true,
  level: levels.closed,
  text: () => `${index}.${axis}`,
  meaning: (environment) => of(environment[index], columnsOf(environment)),
});

function columnsOf({ grid }: Environment): number {
  if (grid === null) throw new Error('there is no grid here');
  return grid[1];
}

export const coordinateForms: readonly Form[] = [
  coordinate('i', 'y', floorDiv),
  coordinate('i', 'x', floorMod),
  coordinate('j', 'y', floorDiv),
  coordinate('j', 'x', floorMod),
  {
    name: 'y of an integer',
    gives: ['integer'],
    takes: ['integer'],
    weight: 2,
    onGrid: true,
    level: levels.closed,
    text: (arg) => `(${arg(0)}).y`,
    meaning: (environment, arg) => floorDiv(arg(0), columnsOf(environment)),
  },
  {
    name: 'axial of the attention',
    gives: ['set'],
    takes: [],
    weight: 2,
    onGrid: true,
    level: levels.closed,
    text: () => 'axial(x)',
    meaning: (environment) => {
      const columns = columnsOf(environment);
      return floorDiv(environment.i, columns) === floorDiv(environment.j, columns) ? 1 : 0;
    },
  },
];
