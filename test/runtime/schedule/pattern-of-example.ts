import { readFileSync } from 'node:fs';
import { compile } from '../../../compiler/index.ts';
import { feedArrays, launchMask, launchScalars } from '../../../runtime/mask/index.ts';
import type { LaunchedMask, MaskModel } from '../../../runtime/mask/index.ts';

/** The mask of a pattern of an example with one head: `natten_2d`, `natten(height: 9, width: 13)`. */
export function modelOfPattern(example: string, mask: string): MaskModel {
  const url = new URL(`../../../spec-examples/${example}.sa`, import.meta.url);
  const text = `${readFileSync(url, 'utf8')}\nattention probe { mask ${mask}\n heads 1\n dim 64 }\n`;
  const result = compile({ name: `${example}.sa`, text }, { until: 'lower' });
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  const unit = result.units.find(({ name }) => name === 'probe');
  if (!unit) throw new Error('the probe was not compiled');
  return { ...unit.graph, mask: unit.graph.nodes[0].mask };
}

/** Launched with nq = nk = n and its default arrays. */
export function launchPattern(model: MaskModel, n: number): LaunchedMask {
  const sizes = { batch: 1, nq: n, nk: n };
  return launchMask(model, { ...sizes, arrays: feedArrays(model.inputs, {}, launchScalars(model, sizes)) });
}
