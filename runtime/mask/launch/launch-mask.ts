import type { HostArray, HostArrays } from '../../arrays.ts';
import type { LaunchParameter } from '../../declarations.ts';
import type { AttentionDescriptor } from '../../descriptor.ts';
import { SparsecError } from '../../errors.ts';
import { maxBatch, maxLength } from '../../limits.ts';
import { dimensionsOf } from '../../read-arrays.ts';
import { createBinder } from '../normal-form/bind.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import { deriveValues } from './derive-values.ts';
import { evaluateProgram } from '../exact/evaluate.ts';

/** The part of a descriptor that says which pairs attend. */
export type MaskModel = Pick<
  AttentionDescriptor,
  'heads' | 'inputs' | 'launch' | 'derived' | 'offset' | 'mask'
>;

export interface LaunchSizes {
  readonly batch: number;
  readonly nq: number;
  readonly nk: number;
  readonly layer?: number;
  /** Launch parameters by name; those with a default may be left out. */
  readonly launch?: Readonly<Record<string, number | undefined>>;
}

export interface LaunchRequest extends LaunchSizes {
  /** Every declared input, from readArrays. */
  readonly arrays: HostArrays;
}

/** A mask with its launch-time values known. */
export interface LaunchedMask {
  /** nq, nk, offset, heads, batch (the size), layer, launch parameters and derived scalars. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Inputs and derived arrays. */
  readonly arrays: HostArrays;
  /** Position of query row 0. */
  readonly offset: number;
  /** The mask of one grid index. Equal masks are the same object, however large the grid is. */
  bind(batch: number, head: number): BoundMask;
}

/**
 * Prepares a mask for a launch: checks sizes, parameters and arrays, and evaluates derived values in float64.
 *
 * @throws {SparsecError} naming the argument, the limit and the value.
 */
export function launchMask(model: MaskModel, request: LaunchRequest): LaunchedMask {
  const scalars: Record<string, number> = launchScalars(model, request);
  const arrays = checkArrays(model, request.arrays, scalars);
  deriveValues(model.derived, { scalars, arrays });
  return {
    scalars,
    arrays,
    offset: scalars.offset,
    bind: createBinder(model.mask, scalars, arrays),
  };
}

/** Checked sizes, launch parameters and the offset: what the dimensions of arrays are made of. */
export function launchScalars(
  model: Pick<MaskModel, 'heads' | 'launch' | 'offset'>,
  { batch, nq, nk, layer = 0, launch = {} }: LaunchSizes,
): Record<string, number> {
  checkRange('batch', batch, 1, maxBatch);
  checkRange('nq', nq, 1, maxLength);
  checkRange('nk', nk, 1, maxLength);
  checkRange('layer', layer, 0, maxBatch);
  const scalars: Record<string, number> = { nq, nk, heads: model.heads, batch, layer };
  for (const name of Object.keys(launch)) {
    if (model.launch.some((parameter) => parameter.name === name)) continue;
    const known = model.launch.map((parameter) => parameter.name).join(', ') || 'none';
    throw new SparsecError('unknown', name, `"${name}" is no launch parameter; declared: ${known}`);
  }
  for (const parameter of model.launch)
    scalars[parameter.name] = parameterValue(parameter, launch[parameter.name]);
  scalars.offset = evaluateProgram(model.offset, { symbols: scalars });
  checkRange('offset', scalars.offset, -maxLength, maxLength);
  return scalars;
}

function parameterValue(parameter: LaunchParameter, given: number | undefined): number {
  const { name, type, min, max } = parameter;
  const value = given ?? parameter.default;
  if (value === null) throw new SparsecError('missing', name, `the launch parameter "${name}" was not given`);
  if (type === 'int') return checkRange(name, value, min, max);
  if (!(value >= min && value <= max)) throw outOfRange(name, value, min, max);
  return value;
}

function checkRange(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value)) {
    throw new SparsecError('type', name, `"${name}" is ${String(value)}, not an integer`);
  }
  if (value < min || value > max) throw outOfRange(name, value, min, max);
  return value;
}

function outOfRange(name: string, value: number, min: number, max: number): SparsecError {
  return new SparsecError('range', name, `"${name}" is ${String(value)}; it must be in ${min} .. ${max}`);
}

function checkArrays(
  model: MaskModel,
  given: HostArrays,
  scalars: Readonly<Record<string, number>>,
): Record<string, HostArray> {
  const arrays: Record<string, HostArray> = {};
  for (const input of model.inputs) {
    const array = given[input.name];
    if (!array) throw new SparsecError('missing', input.name, `the input "${input.name}" was not given`);
    const dims = dimensionsOf(input, scalars);
    if (
      array.kind !== input.kind ||
      array.dims.length !== dims.length ||
      array.dims.some((d, at) => d !== dims[at])
    ) {
      const found = `${array.kind}[${array.dims.join(', ')}]`;
      throw new SparsecError(
        'shape',
        input.name,
        `the input "${input.name}" must be ${input.kind}[${dims.join(', ')}], not ${found}`,
      );
    }
    arrays[input.name] = array;
  }
  return arrays;
}
