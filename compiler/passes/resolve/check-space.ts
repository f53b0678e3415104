import type { Expression } from '../../parser/ast.ts';
import { regionsOf } from '../lower/lower-space.ts';
import { checkExpression } from './check-expression.ts';
import type { NameScope } from './name-scope.ts';

/** Orders of the cells of a region: words, not names. */
const orders: ReadonlySet<string> = new Set(['row_major', 'morton']);

/** Checks the names of an `over`: sizes are looked up, regions and axes are declared by it. */
export function checkSpace(space: Expression, scope: NameScope): void {
  for (const region of regionsOf(space)) {
    if (region.kind !== 'call') {
      checkExpression(region, scope);
      continue;
    }
    scope.declare(region.callee.text);
    for (const { name, value } of region.arguments) {
      if (region.callee.text === 'band' && name === null) continue;
      if (name?.text !== 'order') checkExpression(value, scope);
      else if (value.kind === 'call') for (const size of value.arguments) checkExpression(size.value, scope);
      else if (value.kind !== 'name' || !orders.has(value.text)) checkExpression(value, scope);
    }
  }
}
