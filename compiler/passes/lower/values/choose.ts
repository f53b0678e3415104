import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { Lowering } from './lowering.ts';
import { asReal } from './reals.ts';
import { int, poison, real, set } from './value.ts';
import type { Value } from './value.ts';

/** The value that is `then` where `condition` holds; null where the two have no common type. */
export function choose(lowering: Lowering, condition: NodeId, then: Value, otherwise: Value): Value | null {
  const { builder } = lowering;
  if (then.kind === 'error' || otherwise.kind === 'error') return poison;
  if (then.kind === 'set' && otherwise.kind === 'set') {
    if (then.node === otherwise.node) return then;
    const yes = builder.and(condition, then.node);
    return set(builder.or(yes, builder.and(builder.not(condition), otherwise.node)));
  }
  if (then.kind === 'int' && otherwise.kind === 'int') {
    return int(builder.add({ kind: 'select', condition, then: then.node, else: otherwise.node }));
  }
  const yes = asReal(builder, then);
  const no = asReal(builder, otherwise);
  if (yes === null || no === null) return null;
  return real(builder.add({ kind: 'real-select', condition, then: yes, else: no }));
}
