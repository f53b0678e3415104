import type { AttentionDescriptor, PassDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';
import { MaskBuilder, rewriteInto } from '../../runtime/mask/program/builder.ts';
import type { MaskNode, MaskProgram } from '../../runtime/mask/program/nodes.ts';
import type { View } from '../../runtime/view.ts';
import type { Subject } from './checks.ts';
import type { Mutant } from './mutant.ts';

type Change<T> = (value: T) => T;

const inDescriptor =
  (change: Change<AttentionDescriptor>): Mutant['break'] =>
  (subject) => ({ ...subject, descriptor: change(subject.descriptor) });

const inPass = (at: number, change: Change<PassDescriptor>): Mutant['break'] =>
  inDescriptor((descriptor) => ({
    ...descriptor,
    passes: descriptor.passes.map((pass, index) => (index === at ? change(pass) : pass)),
  }));

const inKernels = (at: number, change: Change<KernelDescriptor>): Mutant['break'] =>
  inPass(at, (pass) => ({ ...pass, kernels: pass.kernels.map(change) }));

/** Every node of a program that `change` knows, changed. */
function rewrite(program: MaskProgram, change: (node: MaskNode) => MaskNode | null): MaskProgram {
  const builder = new MaskBuilder();
  const root = rewriteInto(builder, program, (node) => {
    const changed = change(node);
    return changed === null ? undefined : builder.add(changed);
  });
  return builder.finish(root);
}

const addToConstant = (from: number, to: number) => (node: MaskNode) =>
  node.kind === 'int' && node.value === from ? { ...node, value: to } : null;

const inBranches = (change: (node: MaskNode) => MaskNode | null): Mutant['break'] =>
  inDescriptor((descriptor) => ({
    ...descriptor,
    branches: descriptor.branches.map((mask) => rewrite(mask, change)),
  }));

function shiftBase(view: View): View {
  if (view.kind !== 'boxes') throw new Error('a view of boxes is to be broken');
  const regions = view.regions.map((region) => {
    const builder = new MaskBuilder();
    const base = builder.arithmetic('add', rewriteInto(builder, region.base), builder.int(1));
    return { ...region, base: builder.finish(base) };
  });
  return { kind: 'boxes', regions };
}

const always: MaskProgram = { nodes: [{ kind: 'bool', value: true }], root: 0 };

const swapFirstPasses = ({ descriptor, ...subject }: Subject): Subject => {
  const [first, second, ...rest] = descriptor.passes;
  return { ...subject, descriptor: { ...descriptor, passes: [second, first, ...rest] } };
};

/** Defects of lowering, simplification, splitting and planning. */
export const planMutants: readonly Mutant[] = [
  {
    name: 'a comparison is strict in the mask of the attention',
    of: 'bounds',
    noticedBy: ['mask'],
    break: inBranches((node) => (node.kind === 'compare' && node.op === 'le' ? { ...node, op: 'lt' } : null)),
  },
  {
    name: 'a constant is off by one in the mask of the attention',
    of: 'blocks',
    noticedBy: ['mask'],
    break: inBranches(addToConstant(5, 6)),
  },
  {
    name: 'two parts overlap',
    of: 'relay',
    noticedBy: ['mask', 'walk'],
    break: inPass(2, (pass) => {
      const mask = rewrite(pass.mask, addToConstant(4, 0));
      const kernels = pass.kernels.map((k) => ({
        ...k,
        schedule: { kind: 'table', residual: mask } as const,
      }));
      return { ...pass, mask, kernels };
    }),
  },
  {
    name: 'a part is left out',
    of: 'relay',
    noticedBy: ['mask', 'walk'],
    break: inDescriptor((descriptor) => ({
      ...descriptor,
      passes: [descriptor.passes[0], descriptor.passes[2]],
    })),
  },
  {
    name: 'the residual lets everything in',
    of: 'blocks',
    noticedBy: ['walk'],
    break: inKernels(0, (kernel) => ({ ...kernel, schedule: { kind: 'table', residual: always } })),
  },
  {
    name: 'diagonals forget their residual',
    of: 'relay',
    noticedBy: ['walk'],
    break: inKernels(1, (kernel) => ({ ...kernel, schedule: { kind: 'diagonals', residual: null } })),
  },
  {
    name: 'the upper bound of a row is off by one',
    of: 'bounds',
    noticedBy: ['walk'],
    break: inKernels(0, (kernel) => {
      if (kernel.schedule.kind !== 'ranges') throw new Error('bounds are to be broken');
      const { low, high } = kernel.schedule;
      return { ...kernel, schedule: { kind: 'ranges', low, high: rewrite(high, addToConstant(1, 2)) } };
    }),
  },
  {
    name: 'a pass does not take up the state',
    of: 'relay',
    noticedBy: ['walk'],
    break: inPass(1, (pass) => ({ ...pass, state: { reads: false, writes: true } })),
  },
  {
    name: 'a pass finishes its rows and leaves no state',
    of: 'relay',
    noticedBy: ['walk'],
    break: inPass(1, (pass) => ({ ...pass, state: { reads: true, writes: false } })),
  },
  {
    name: 'passes run in another order than they were planned in',
    of: 'relay',
    noticedBy: ['walk'],
    break: swapFirstPasses,
  },
  {
    name: 'merged branches do not go on from each other',
    of: 'merged',
    noticedBy: ['walk'],
    break: inPass(1, (pass) => ({ ...pass, state: { reads: false, writes: false } })),
  },
  {
    name: 'a branch is stored over another',
    of: 'sideBySide',
    noticedBy: ['walk'],
    break: inPass(1, (pass) => ({ ...pass, column: 0 })),
  },
  {
    name: 'the view of the queries begins one late',
    of: 'ring',
    noticedBy: ['tables', 'walk'],
    break: inPass(0, (pass) => ({ ...pass, queries: shiftBase(pass.queries) })),
  },
  {
    name: 'the view of the keys begins one late',
    of: 'ring',
    noticedBy: ['tables', 'walk'],
    break: inPass(0, (pass) => ({ ...pass, keys: shiftBase(pass.keys) })),
  },
];
