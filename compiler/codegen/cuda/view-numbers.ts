import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { UniformField } from '../../../runtime/kernel-descriptor.ts';
import type { ViewRegion } from '../../../runtime/view.ts';
import { literal } from '../literals.ts';
import type { Side } from '../view-side.ts';
import type { CudaNames } from './names.ts';

type ViewSource = UniformField['source'] & { kind: 'view' };

/** The numbers of one region of a view as ints: literals where the specification fixes them, parameters elsewhere. */
export class RegionNumbers {
  constructor(
    private readonly plan: CudaKernelPlan,
    private readonly names: CudaNames,
    private readonly place: { readonly pass: number; readonly side: Side; readonly region: number },
    private readonly of: ViewRegion,
    private readonly extents: readonly number[],
  ) {}

  size(axis: number): string {
    return this.number(literal(this.of.axes[axis].size), axis, 'size');
  }

  stride(axis: number): string {
    return this.number(literal(this.of.axes[axis].stride), axis, 'stride');
  }

  /** Tiles along an axis. */
  parts(axis: number): string {
    const size = literal(this.of.axes[axis].size);
    return this.number(size === null ? null : Math.ceil(size / this.extents[axis]), axis, 'parts');
  }

  base(): string {
    return this.number(literal(this.of.base), null, 'base');
  }

  /** Tiles of the region. */
  tiles(): string {
    const parts = this.of.axes.map(({ size }, axis) => {
      const fixed = literal(size);
      return fixed === null ? null : Math.ceil(fixed / this.extents[axis]);
    });
    const fixed = parts.every((count) => count !== null)
      ? parts.reduce((product, count) => product * count, 1)
      : null;
    return this.number(fixed, null, 'tiles');
  }

  /** Whether some tile hangs over the end of an axis, as far as is known. */
  isRagged(axis: number): boolean {
    const size = literal(this.of.axes[axis].size);
    return size === null ? this.extents[axis] !== 1 : size % this.extents[axis] !== 0;
  }

  private number(fixed: number | null, axis: number | null, value: ViewSource['value']): string {
    if (fixed !== null) return `${fixed}`;
    const { pass, side, region } = this.place;
    const found = this.plan.params.find(
      ({ source }) =>
        source.kind === 'view' &&
        source.pass === pass &&
        source.side === side &&
        source.region === region &&
        source.axis === axis &&
        source.value === value,
    );
    if (found === undefined) throw new Error(`Internal error: no parameter for the ${value} of a view.`);
    return this.names.field(found.name);
  }
}
