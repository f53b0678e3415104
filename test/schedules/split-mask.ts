import { MaskBuilder, rewriteInto } from '../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { Random } from '../fuzz/random.ts';

/** Parts of a mask that are disjoint and together hold its pairs, however empty some may be. */
export function splitMask(mask: MaskProgram, parts: number, random: Random): readonly MaskProgram[] {
  if (parts === 1) return [mask];
  const builder = new MaskBuilder();
  const whole = rewriteInto(builder, mask);
  const condition = randomCondition(builder, random);
  const own = builder.finish(builder.and(whole, condition));
  const rest = builder.finish(builder.and(whole, builder.not(condition)));
  return [own, ...splitMask(rest, parts - 1, random)];
}

function randomCondition(b: MaskBuilder, random: Random): NodeId {
  const query = b.add({ kind: 'query' });
  const key = b.add({ kind: 'key' });
  const distance = b.arithmetic('sub', key, query);
  const small = () => b.int(random.pick([1, 2, 3, 5, 8]));
  switch (random.pick(['near', 'stride', 'residue', 'first keys', 'first queries', 'nothing'] as const)) {
    case 'near':
      return b.between(b.int(-random.pick([0, 1, 4, 9])), distance, small());
    case 'stride':
      return b.compare('eq', b.arithmetic('mod', distance, b.int(random.pick([2, 3, 4]))), b.int(0));
    case 'residue':
      return b.compare('eq', b.arithmetic('mod', key, b.int(random.pick([2, 3, 4]))), b.int(1));
    case 'first keys':
      return b.compare('lt', key, small());
    case 'first queries':
      return b.compare('lt', query, small());
    case 'nothing':
      return b.compare('lt', key, b.int(0));
  }
}
