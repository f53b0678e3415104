import type { KernelPlan } from '../../ir/kernel.ts';
import type { UniformField } from '../../../runtime/kernel-descriptor.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { ViewRegion } from '../../../runtime/view.ts';
import { literal } from '../literals.ts';
import type { Side } from '../view-side.ts';
import type { ModuleNames } from './names.ts';

/** The numbers of a view as u32 text: literals where the specification fixes them, uniforms elsewhere. */
export class ViewNumbers {
  constructor(
    private readonly plan: KernelPlan,
    private readonly names: ModuleNames,
    private readonly pass: number,
    private readonly side: Side,
  ) {}

  /** Names of coordinates, after their axes. */
  coordinates(axes: readonly string[]): string[] {
    const namer = this.names.namer.scope();
    return axes.map((axis) => namer.name(axis));
  }

  size(region: number, axis: number, program: MaskProgram): string {
    return this.number(literal(program), region, axis, 'size');
  }

  parts(region: number, axis: number, size: MaskProgram, extent: number): string {
    const value = literal(size);
    return this.number(value === null ? null : Math.ceil(value / extent), region, axis, 'parts');
  }

  stride(region: number, axis: number, program: MaskProgram): string {
    return this.number(literal(program), region, axis, 'stride');
  }

  tiles(region: number, { axes }: ViewRegion, extents: readonly number[]): string {
    const sizes = axes.map(({ size }) => literal(size));
    const fixed = sizes.reduce<number | null>(
      (tiles, size, axis) =>
        tiles === null || size === null ? null : tiles * Math.ceil(size / extents[axis]),
      1,
    );
    return this.number(fixed, region, null, 'tiles');
  }

  /** As i32: a region may begin below 0. */
  base(region: number, program: MaskProgram): string {
    const value = literal(program);
    return value === null ? this.field(region, null, 'base') : `${value}`;
  }

  private number(
    fixed: number | null,
    region: number,
    axis: number | null,
    value: ViewSource['value'],
  ): string {
    return fixed === null ? `u32(${this.field(region, axis, value)})` : `${fixed}u`;
  }

  private field(region: number, axis: number | null, value: ViewSource['value']): string {
    const found = this.plan.uniforms.find(
      ({ source }) =>
        source.kind === 'view' &&
        source.pass === this.pass &&
        source.side === this.side &&
        source.region === region &&
        source.axis === axis &&
        source.value === value,
    );
    if (found === undefined) throw new Error(`Internal error: no field for the ${value} of a view.`);
    return this.names.field(found.name);
  }
}

type ViewSource = UniformField['source'] & { kind: 'view' };
