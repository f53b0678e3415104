import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { Lowering } from './lowering.ts';
import { toReal } from './reals.ts';
import { describe } from './value.ts';
import type { Value } from './value.ts';

/*
 * Each function takes a value to the type that its place asks for, or reports and gives null. `place` names the place
 * as messages do: `stride`, `the argument "keys" of window`.
 */

export function expectInt(lowering: Lowering, value: Value, span: Span, place: string): NodeId | null {
  if (value.kind === 'int') return value.node;
  if (value.kind !== 'error') {
    lowering.report('type-mismatch', span, `${place} must be an integer, not ${describe(value)}.`, {
      label: `this is ${describe(value)}`,
      help:
        value.kind === 'real' ? ['bring it to an integer with floor(…), ceil(…), round(…) or int(…)'] : [],
    });
  }
  return null;
}

export function expectReal(lowering: Lowering, value: Value, span: Span, place: string): NodeId | null {
  if (value.kind === 'real') return value.node;
  if (value.kind === 'int') return toReal(lowering.builder, value.node);
  if (value.kind !== 'error') {
    lowering.report('type-mismatch', span, `${place} must be a number, not ${describe(value)}.`, {
      label: `this is ${describe(value)}`,
    });
  }
  return null;
}

export function expectSet(lowering: Lowering, value: Value, span: Span, place: string): NodeId | null {
  if (value.kind === 'set') return value.node;
  if (value.kind !== 'error') {
    const number = value.kind === 'int' || value.kind === 'real';
    lowering.report('type-mismatch', span, `${place} must be a set of pairs, not ${describe(value)}.`, {
      label: `this is ${describe(value)}`,
      help: number ? ['a comparison makes a set of a number: `i - j < 128`'] : [],
    });
  }
  return null;
}

export function expectRange(
  lowering: Lowering,
  value: Value,
  span: Span,
  place: string,
): { readonly low: NodeId; readonly high: NodeId } | null {
  if (value.kind === 'range') return value;
  if (value.kind !== 'error') {
    lowering.report('type-mismatch', span, `${place} must be a range, not ${describe(value)}.`, {
      label: `this is ${describe(value)}`,
      help: ['`a..b` includes both ends, `a..<b` leaves b out'],
    });
  }
  return null;
}

export function expectConstant(lowering: Lowering, value: Value, span: Span, place: string): number | null {
  const node = expectInt(lowering, value, span, place);
  if (node === null) return null;
  const constant = lowering.constant(node);
  if (constant === null) {
    lowering.report('not-constant', span, `${place} must be known when the file is compiled.`, {
      label: 'this is known only at launch, or differs from pair to pair',
    });
  }
  return constant;
}

/** An integer that is at least 1 for every launch: a divisor, a step, a block size. */
export function expectPositive(lowering: Lowering, value: Value, span: Span, place: string): NodeId | null {
  const node = expectInt(lowering, value, span, place);
  if (node === null) return null;
  const { low, high } = lowering.bounds(node);
  if (low >= 1) return node;
  if (high < 1) {
    const amount = low === high ? `${low}` : `at most ${high}`;
    lowering.report('not-positive', span, `${place} must be at least 1, but it is ${amount}.`, {
      label: amount,
    });
    return null;
  }
  lowering.report('not-proved-positive', span, `${place} must be at least 1, and that is not proved.`, {
    label: low < -1000 ? 'may be 0 or negative' : `may be ${low}`,
    notes: ['a division by 0 inside a kernel would give a different mask on every device'],
    help: positiveHelp(lowering, node),
  });
  return null;
}

function positiveHelp(lowering: Lowering, id: NodeId): readonly string[] {
  const node = lowering.builder.node(id);
  if (node.kind === 'symbol' && lowering.launch.some(({ name }) => name === node.name)) {
    return [`give the launch parameter a range: \`launch ${node.name}: int in 1..65536\``];
  }
  return ['write `max(1, …)` around it'];
}
