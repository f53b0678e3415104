/** `first-plan.ts TOKENS < MODEL`, the model as v8 writes it, prints the milliseconds of the first plan of this process. */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { MaskModel } from '../runtime/mask/index.ts';
import { defaultArrays, measureFirst } from './schedule.ts';

const tokens = Number(process.argv[2]);
const model = deserialize(readFileSync(0)) as MaskModel;
console.log(measureFirst(model, defaultArrays(model, tokens), tokens).first);
