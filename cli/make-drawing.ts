import type { Command } from 'commander';
import { compileOne } from './compile-file.ts';
import { gridRegions, positionAt } from './drawing/grid-space.ts';
import type { Drawing } from './drawing/panel.ts';
import { planeDrawing } from './drawing/plane-panels.ts';
import { queryDrawing } from './drawing/query-panels.ts';
import { launchUnit } from './launch-unit.ts';
import type { ItemOptions, LaunchOptions } from './options.ts';
import type { PlanOptions } from './plan-options.ts';
import type { Terminal } from './terminal.ts';

/** What of a launch is drawn, and in how many cells a side. */
export interface DrawingRequest extends LaunchOptions, ItemOptions, PlanOptions {
  readonly attend?: string;
  readonly cells: number;
  readonly tile?: number;
  readonly tiles?: true;
  readonly adapter: 'software' | 'gpu';
  readonly at?: string;
  readonly query?: number;
}

/** The plane of pairs, with what kernels visit, or the keys of one query. */
export async function makeDrawing(
  file: string,
  request: DrawingRequest,
  context: { readonly command: Command; readonly terminal: Terminal },
): Promise<Drawing> {
  const { at, query, tiles, adapter, cells } = request;
  const compiled = await compileOne(file, request, tiles ? 'emit' : 'lower', context);
  const unit = launchUnit(compiled, request, context.terminal);
  if (at !== undefined) return queryDrawing(unit, positionAt(at, gridRegions(unit)), cells);
  if (query !== undefined) return queryDrawing(unit, query, cells);
  const tile = request.tile ?? fittingTile(Math.max(unit.nq, unit.nk), cells);
  const drawn = tiles ? { descriptor: compiled.descriptor!, target: adapter } : null;
  return planeDrawing(unit, tile, drawn);
}

/** The smallest power of two that brings `n` tokens to at most `cells` cells. */
function fittingTile(n: number, cells: number): number {
  let tile = 1;
  while (Math.ceil(n / tile) > cells) tile *= 2;
  return tile;
}
