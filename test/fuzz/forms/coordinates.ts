import { coordinatesAt } from '../grid-orders.ts';
import { levels } from '../term.ts';
import type { Form } from '../term.ts';

/** Coordinates on the grid of the attention. */
const coordinate = (index: 'i' | 'j', axis: 'y' | 'x'): Form => ({
  name: `${index}.${axis}`,
  gives: ['integer'],
  takes: [],
  weight: 4,
  onGrid: true,
  level: levels.closed,
  text: () => `${index}.${axis}`,
  meaning: (environment) => coordinatesAt(environment, environment[index])[axis === 'y' ? 0 : 1],
});

export const coordinateForms: readonly Form[] = [
  coordinate('i', 'y'),
  coordinate('i', 'x'),
  coordinate('j', 'y'),
  coordinate('j', 'x'),
  {
    name: 'y of an integer',
    gives: ['integer'],
    takes: ['integer'],
    weight: 4,
    onGrid: true,
    needsRowMajor: true,
    level: levels.closed,
    text: (arg) => `(${arg(0)}).y`,
    // Outside of the grid it goes on counting.
    meaning: (environment, arg) => coordinatesAt(environment, arg(0))[0],
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
      const [a, b] = [environment.i, environment.j].map((p) => coordinatesAt(environment, p));
      return a[0] === b[0] ? 1 : 0;
    },
  },
];
