import { floorMod, levels } from '../term.ts';
import type { Form } from '../term.ts';

/** What the files beside a random specification hold: [layer, head], and [head]. */
const files = {
  'spans.json': [
    [3, 1, 8, 2],
    [5, 2, 1, 16],
    [1, 4, 7, 3],
  ],
  'starts.json': [-4, 0, 9, 2],
  'shares.json': [0.3, 0.5, 0.125, 0.77],
} as const;

/** The parsed file that a specification names; undefined where there is none. */
export function readFileTable(path: string): unknown {
  return Object.hasOwn(files, path) ? files[path as keyof typeof files] : undefined;
}

const closed = { level: levels.closed, takes: [] as const, weight: 0.6 };

/** Numbers out of files. */
export const fileTableForms: readonly Form[] = [
  {
    ...closed,
    // The layer of a launch may lie outside of the table, where it reads -1: no divisor, whatever the table holds.
    name: 'span of the layer and head',
    gives: ['integer', 'row'],
    text: () => 'table("spans.json")[layer, head]',
    meaning: ({ layer, head }) => files['spans.json'][layer][head],
  },
  {
    ...closed,
    name: 'span of a head',
    gives: ['integer', 'natural', 'positive'],
    text: () => 'table("spans.json")[1, head]',
    meaning: ({ head }) => files['spans.json'][1][head],
  },
  {
    ...closed,
    name: 'start of a head',
    gives: ['integer', 'row'],
    text: () => 'table("starts.json")[head]',
    meaning: ({ head }) => files['starts.json'][head],
  },
  {
    ...closed,
    name: 'element of a table',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.5,
    text: (arg) => `table("starts.json")[(${arg(0)}) mod 4]`,
    meaning: (_, arg) => files['starts.json'][floorMod(arg(0), 4)],
  },
  {
    ...closed,
    name: 'share of a head',
    isRounded: true,
    gives: ['integer', 'natural'],
    text: () => 'floor(table("shares.json")[head] * 12)',
    meaning: ({ head }) => Math.floor(files['shares.json'][head] * 12),
  },
];
