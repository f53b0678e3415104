import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';

/** The number that a program is, null where it is known at launch only. */
export function literal({ nodes, root }: MaskProgram): number | null {
  const node = nodes[root];
  return node.kind === 'int' ? node.value : null;
}

/** A number as a literal in f32: always with a point or an exponent. */
export function floatLiteral(value: number): string {
  const text = `${Math.fround(value) === value ? value : Number(value.toPrecision(9))}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}
