import type { Expression, Field } from '../../../parser/ast.ts';
import type { Lowering } from '../values/lowering.ts';
import { regionsOf } from './regions-of.ts';

/** The order that the field of an attention gives to a region of its space. */
export interface OrderOfRegion {
  readonly region: Expression;
  readonly order: Expression;
}

/**
 * The region that `order ORDER` of an attention numbers: the one with axes of all that stands after `over`, which must have
 * no order of its own. Null after a report. `over` is the field of the space, undefined where there is none.
 */
export function chooseOrderedRegion(
  lowering: Lowering,
  field: Field,
  over: Field | undefined,
): OrderOfRegion | null {
  const [order] = field.values;
  const refuse = (message: string, label: string, numbered?: Expression): null => {
    const space = over === undefined ? [] : [{ span: over.span, text: 'the space' }];
    const secondary = numbered === undefined ? space : [{ span: numbered.span, text: 'numbered here' }];
    lowering.report('order-of-no-region', field.span, message, { label, secondary });
    return null;
  };
  if (over === undefined) {
    return refuse('`order` numbers the cells of a grid, and this attention has no `over`.', 'no grid');
  }
  const grids = over.values.flatMap(regionsOf).filter(hasAxes);
  if (grids.length === 0)
    return refuse('`order` numbers the cells of a grid, and no region of the space has axes.', 'no grid');
  if (grids.length > 1) {
    return refuse(
      `\`order\` numbers the cells of one grid, and the space has ${grids.length}.`,
      'does not say which: give each region an `order: …` of its own',
    );
  }
  const [region] = grids;
  const own = ownOrder(region);
  if (own === null) return { region, order };
  return refuse('The grid has an order of its own.', 'a second order', own);
}

function hasAxes(region: Expression): boolean {
  if (region.kind !== 'call') return ['tuple', 'axes', 'name'].includes(region.kind);
  return region.callee.text === 'band' || region.arguments.some(({ name }) => name !== null);
}

/** What numbers the cells of a region already: `order: …`, or that it is a band. */
function ownOrder(region: Expression): Expression | null {
  if (region.kind !== 'call' && region.kind !== 'axes') return null;
  if (region.kind === 'call' && region.callee.text === 'band') return region;
  return region.arguments.find(({ name }) => name?.text === 'order')?.value ?? null;
}
