import type { FalseTileOfPass } from './count.ts';
import type { MeasuredGain, TimedCase } from './time-case.ts';

/** One attention in plain tiles and by its plan. */
export interface TileRow {
  readonly name: string;
  readonly tokens: number;
  readonly plan: string;
  readonly live: number;
  readonly plain: number;
  /** Of plain tiles, whole tiles: what hangs over the launch and slots that are padding as well. */
  readonly plainComputed: number;
  readonly chosen: number;
  /** Of the chosen plan, whole tiles. */
  readonly computed: number;
  /** Visited over live of the same set undilated and contiguous. */
  readonly contiguous: number | null;
  /** By the cost model, on the software target. */
  readonly predicted: number | null;
  /** Partial tiles that are in truth full or empty, where they were looked into, and how long that launch was. */
  readonly falseTiles: number | null;
  readonly inspectedTokens: number | null;
  /** Where they are: of every pass, head and kind how many, and the first. */
  readonly falsePlaces: readonly string[];
  readonly time: TimedCase | null;
}

export const columns = [
  'attention',
  'tokens',
  'plan',
  'live pairs',
  'plain / live',
  'plan / live',
  'contiguous',
  'of it',
  'plain tiles',
  'plan tiles',
  'false',
  'timed at',
  'predicted',
  'measured',
  'of it',
];

export function cellsOf(row: TileRow): (string | number)[] {
  const { live, contiguous, time } = row;
  const ratio = row.chosen / live;
  const gain = time?.gains.find(({ options }) => options === '--no-layout --no-split');
  const predicted = gain?.predicted ?? row.predicted;
  return [
    row.name,
    row.tokens,
    row.plan,
    Math.round(live),
    (row.plain / live).toFixed(3),
    ratio.toFixed(3),
    contiguous === null ? '' : contiguous.toFixed(3),
    contiguous === null ? '' : (ratio / contiguous).toFixed(3),
    (row.plainComputed / live).toFixed(3),
    (row.computed / live).toFixed(3),
    row.falseTiles ?? '',
    gain === undefined ? '' : time!.tokens,
    row.plan === 'plain' || predicted === null ? '' : predicted.toFixed(2),
    gain === undefined ? '' : gain.measured.toFixed(2),
    gain === undefined ? '' : (gain.measured / gain.predicted).toFixed(2),
  ];
}

const LARGEST_RATIO = 1.05;
const LEAST_GAIN = 0.7;

/** What the table says, in sentences: what is outside of the bounds comes by name. */
export function notesOf(rows: readonly TileRow[], untimed: readonly string[]): readonly string[] {
  const inspected = rows.filter(({ falseTiles }) => falseTiles !== null);
  const timed = rows.flatMap(({ name, time }) => (time === null ? [] : [{ name, time }]));
  const gains = timed.flatMap(({ name, time }) => time.gains.map((gain) => ({ name, gain })));
  const worse = rows.flatMap((row) => worseNotes(row));
  const low = gains.filter(({ gain }) => gain.measured < LEAST_GAIN * gain.predicted);
  return [
    'pairs of one head (the mean of up to four), inside the tiles of the software target, 32 x 32 at head dimension 64',
    'plain, plan / live: pairs inside the launch that tiles visit; plain, plan tiles: whole tiles over live, padding counted',
    'contiguous: visited / live of the same set undilated and contiguous; of it: plan / live over that',
    'false: partial tiles of tables, of all heads, that are in truth full or empty',
    'timed at: tokens of the launch whose time is predicted and measured; time of plain tiles over that of the plan',
    ...(worse.length === 0
      ? ['no plan is worse than plain tiles, in pairs or in whole tiles, or over 1.05 of its contiguous set']
      : worse),
    ...(inspected.length === 0
      ? []
      : [
          `looked into ${inspected.length} of ${rows.length} attentions for false tiles: ${sumOf(inspected.map(({ falseTiles }) => falseTiles!))}`,
        ]),
    ...inspected
      .filter(({ tokens, inspectedTokens }) => tokens !== inspectedTokens)
      .map(
        ({ name, inspectedTokens }) => `false tiles of ${name}: of a smaller grid, ${inspectedTokens} tokens`,
      ),
    ...rows.flatMap(({ name, falsePlaces }) =>
      falsePlaces.map((place) => `false tiles of ${name}: ${place}`),
    ),
    ...gains
      .filter(({ gain }) => gain.options !== '--no-layout --no-split')
      .map(({ name, gain }) => `${name}: ${gainText(gain)}`),
    ...(untimed.length === 0 ? [] : [`not timed, as the time was spent: ${untimed.join(', ')}`]),
    ...(gains.length === 0
      ? []
      : low.length === 0
        ? [
            `every measured gain is at least ${LEAST_GAIN} of what was predicted: ${gains.length} gains of ${timed.length} attentions`,
          ]
        : low.map(
            ({ name, gain }) => `below ${LEAST_GAIN} of what was predicted: ${name}, ${gainText(gain)}`,
          )),
  ];
}

function worseNotes({ name, live, plain, plainComputed, chosen, computed, contiguous }: TileRow): string[] {
  const found: string[] = [];
  const per = (pairs: number) => (pairs / live).toFixed(3);
  if (chosen > plain) found.push(`${name}: its plan visits ${per(chosen)}, plain tiles ${per(plain)}`);
  if (computed > plainComputed)
    found.push(`${name}: whole tiles of its plan are ${per(computed)}, of plain tiles ${per(plainComputed)}`);
  if (contiguous !== null && chosen / live > LARGEST_RATIO * contiguous)
    found.push(
      `${name}: visits ${per(chosen)}, the same set undilated and contiguous ${contiguous.toFixed(3)}`,
    );
  return found;
}

function gainText({ options, predicted, measured }: MeasuredGain): string {
  return `over ${options} predicted ${predicted.toFixed(2)}, measured ${measured.toFixed(2)}, ${(measured / predicted).toFixed(2)} of it`;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Passes, heads and kinds with false tiles: `pass near, head 2: 12 dead, the first at query 64, key 128`. */
export function placesOf(tiles: readonly FalseTileOfPass[]): readonly string[] {
  const groups = new Map<string, FalseTileOfPass[]>();
  for (const tile of tiles) {
    const key = `pass ${tile.pass}, head ${tile.head}: ${tile.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), tile]);
  }
  return [...groups].map(
    ([key, [first, ...others]]) =>
      `${key}, ${others.length + 1}, the first at query ${first.query}, key ${first.key}`,
  );
}
