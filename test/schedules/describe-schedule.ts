import { printMask } from '../../compiler/ir/print-mask.ts';
import type { PassDescriptor } from '../../runtime/descriptor.ts';
import type { View } from '../../runtime/view.ts';

/** A pass in one line, for messages. */
export function describePass({ name, mask, queries, keys, strategy, kernels }: PassDescriptor): string {
  const boxes = kernels.map(
    ({ extents }) => `${JSON.stringify(extents.queries)} x ${JSON.stringify(extents.keys)}`,
  );
  const views = `${describeView(queries)} x ${describeView(keys)}`;
  return `${name}: ${strategy}, ${views}, boxes ${boxes.join(' or ')}, mask ${printMask(mask)}`;
}

function describeView(view: View): string {
  if (view.kind === 'parted') return `parted[${printMask(view.first)}]`;
  if (view.kind !== 'boxes') return view.kind;
  const regions = view.regions.map(({ base, axes }) => {
    const sizes = axes.map(({ size, stride }) => `${printMask(size)} * ${printMask(stride)}`);
    return `${printMask(base)} + (${sizes.join(', ')})`;
  });
  return `boxes[${regions.join('; ')}]`;
}
