import { maxInteger, minInteger } from '../../../runtime/limits.ts';
import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import type { KnownValues } from './known-values.ts';
import type { LinearForm, LinearTerm } from './linear-form.ts';

/**
 * The canonical node of a linear form: added terms, then subtracted ones, then the constant; within each the key first,
 * then the query, then by age. Null where a sum on the way could leave 32 bits.
 */
export function emitForm(builder: MaskBuilder, known: KnownValues, form: LinearForm): NodeId | null {
  const terms = [...form.terms].sort(
    (a, b) => termRank(builder, a) - termRank(builder, b) || a.atom - b.atom,
  );
  const added = terms.filter((term) => term.coefficient > 0);
  const taken = terms.filter((term) => term.coefficient < 0);
  let sum: NodeId | null = null;
  for (const { atom, coefficient } of added) {
    const product = builder.arithmetic('mul', atom, builder.int(coefficient));
    sum = sum === null ? product : builder.arithmetic('add', sum, product);
    if (!fits(known, product) || !fits(known, sum)) return null;
  }
  let constant = form.constant;
  if (sum === null && (constant > 0 || taken.length === 0)) {
    sum = builder.int(constant);
    constant = 0;
  }
  for (const { atom, coefficient } of taken) {
    const product = builder.arithmetic('mul', atom, builder.int(-coefficient));
    sum =
      sum === null ? builder.add({ kind: 'neg', operand: product }) : builder.arithmetic('sub', sum, product);
    if (!fits(known, product) || !fits(known, sum)) return null;
  }
  if (constant !== 0)
    sum = builder.arithmetic(constant > 0 ? 'add' : 'sub', sum!, builder.int(Math.abs(constant)));
  return fits(known, sum!) ? sum : null;
}

/** The key leads, so that most forms read `j - i`. */
export function termRank(builder: MaskBuilder, { atom }: LinearTerm): number {
  const { kind } = builder.node(atom);
  return kind === 'key' ? 0 : kind === 'query' ? 1 : 2;
}

function fits(known: KnownValues, id: NodeId): boolean {
  const { low, high } = known.range(id);
  return low >= minInteger && high <= maxInteger;
}

/** The coefficient of the term that stands first in the canonical order; 0 where there is none. */
export function leadOf(builder: MaskBuilder, form: LinearForm): number {
  let lead: LinearTerm | null = null;
  for (const term of form.terms) {
    if (lead === null || termRank(builder, term) < termRank(builder, lead)) lead = term;
  }
  return lead?.coefficient ?? 0;
}
