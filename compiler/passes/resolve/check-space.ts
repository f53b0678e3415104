import type { Expression } from '../../parser/ast.ts';
import { regionsOf } from '../lower/spaces/regions-of.ts';
import { checkExpression } from './check-expression.ts';
import type { NameScope } from './name-scope.ts';

/** Orders of the cells of a region: words, not names. */
const orders: ReadonlySet<string> = new Set(['row_major', 'morton', 'hilbert']);

/** Checks the names of an `over`: sizes are looked up, regions and axes are declared by it. */
export function checkSpace(space: Expression, scope: NameScope): void {
  for (const region of regionsOf(space)) {
    if (region.kind !== 'call' && region.kind !== 'axes') {
      checkExpression(region, scope);
      continue;
    }
    if (region.kind === 'call') scope.declare(region.callee.text);
    const isBand = region.kind === 'call' && region.callee.text === 'band';
    for (const { name, value } of region.arguments) {
      if (isBand && name === null) continue;
      if (name?.text === 'order') checkOrder(value, scope);
      else checkExpression(value, scope);
    }
  }
}

/** Checks the names of an order: `tiles` and the curves are words. */
export function checkOrder(order: Expression, scope: NameScope): void {
  if (order.kind === 'call') for (const size of order.arguments) checkExpression(size.value, scope);
  else if (order.kind !== 'name' || !orders.has(order.text)) checkExpression(order, scope);
}
