import { MaskBuilder, rewriteInto } from '../../../runtime/mask/program/builder.ts';
import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { greatestCommonDivisor } from '../../../runtime/mask/sets/residue-pattern.ts';
import type { RangeContext } from '../../ir/find-ranges.ts';
import { KnownValues } from '../simplify/known-values.ts';

/** The mask asks for an index divided by `stride`, modulo `modulus`. */
export interface Period {
  readonly side: 'query' | 'key';
  /** Of the nominal launch. */
  readonly stride: number;
  /** Of the nominal launch, at least 2. */
  readonly modulus: number;
  readonly program: MaskProgram;
  /** `4`, or the name of a launch parameter. */
  readonly name: string;
}

/**
 * The periods of a mask: for every `x mod m` in it with x linear in positions, or in positions divided by something, on
 * which index it works, and at which stride. `i div 16 mod 2` has modulus 2 at stride 16. Each is named once.
 */
export function findPeriods(
  mask: MaskProgram,
  context: RangeContext,
  scalars: Readonly<Record<string, number>>,
): readonly Period[] {
  return new PeriodReader(mask, context, scalars).read();
}

class PeriodReader {
  private readonly builder = new MaskBuilder();
  private readonly known: KnownValues;
  private readonly found = new Map<string, Period>();

  constructor(
    private readonly mask: MaskProgram,
    context: RangeContext,
    private readonly scalars: Readonly<Record<string, number>>,
  ) {
    this.known = new KnownValues(this.builder, context, false);
  }

  read(): readonly Period[] {
    rewriteInto(this.builder, this.mask);
    const count = this.builder.nodes.length;
    for (let id = 0; id < count; id++) {
      const node = this.builder.node(id);
      if (node.kind === 'arithmetic' && node.op === 'mod') this.addModulus(node.left, node.right);
    }
    return [...this.found.values()];
  }

  private addModulus(left: NodeId, right: NodeId): void {
    const modulus = this.valueOf(right);
    if (modulus === null) return;
    for (const { atom, coefficient } of this.known.form(left).terms) {
      const index = this.indexOf(atom);
      const divisor = greatestCommonDivisor(modulus, Math.abs(coefficient));
      if (index === null || modulus / divisor < 2) continue;
      const { side, stride } = index;
      const key = `${side} ${stride} ${modulus / divisor}`;
      if (this.found.has(key)) continue;
      const node = this.builder.node(right);
      const program =
        divisor === 1 ? this.builder.finish(right) : this.builder.finish(this.builder.int(modulus / divisor));
      // A divided launch parameter would be another one at every launch.
      if (divisor !== 1 && node.kind !== 'int') continue;
      const name = node.kind === 'symbol' ? node.name : String(modulus / divisor);
      this.found.set(key, { side, stride, modulus: modulus / divisor, program, name });
    }
  }

  /** An index, divided and reduced by what the launch alone decides: `(i + 3) div 16 mod 5`. */
  private indexOf(id: NodeId): { readonly side: Period['side']; readonly stride: number } | null {
    const node = this.builder.node(id);
    if (node.kind === 'query' || node.kind === 'key') return { side: node.kind, stride: 1 };
    if (node.kind !== 'arithmetic' || (node.op !== 'div' && node.op !== 'mod')) return null;
    const by = this.valueOf(node.right);
    const varying = this.known.form(node.left).terms.filter(({ atom }) => this.known.varies(atom));
    if (by === null || varying.length !== 1 || Math.abs(varying[0].coefficient) !== 1) return null;
    const inner = this.indexOf(varying[0].atom);
    if (inner === null || node.op === 'mod') return inner;
    return { side: inner.side, stride: inner.stride * by };
  }

  /** The value of an integer that the launch alone decides and that needs no array, else null. */
  private valueOf(id: NodeId): number | null {
    if (this.known.varies(id)) return null;
    const program = this.builder.finish(id);
    if (program.nodes.some(({ kind }) => kind === 'lookup' || kind === 'bit' || kind === 'member'))
      return null;
    const value = evaluateProgram(program, { symbols: this.scalars });
    return Number.isSafeInteger(value) ? value : null;
  }
}
