import { describe, expect, it } from 'vitest';
import { emitWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import { targets } from '../../../compiler/cost/index.ts';
import { nullDevice, validate } from './device.ts';
import { verifyKernelPlan } from '../../../compiler/ir/verify-kernel.ts';
import { planKernels } from '../../../compiler/passes/plan-kernels.ts';
import { causal, graphOf, plainPlan, program } from './graphs.ts';
import { everyKind } from './scheduled.ts';

const sparse = program((b, i, j) =>
  b.or(
    b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(7)), b.int(0)),
    b.and(
      b.add({ kind: 'is-power-of-two', operand: b.arithmetic('sub', i, j) }),
      b.compare('lt', b.add({ kind: 'bit-length', operand: j }), b.arithmetic('div', i, b.int(5))),
    ),
  ),
);

const DIMS = [
  [16, 16],
  [64, 64],
  [80, 80],
  [128, 128],
  [192, 128],
  [256, 256],
  [64, 256],
  [4, 4],
] as const;
const DTYPES = ['f32', 'f16'] as const;
const MASKS = [
  ['ranges', causal],
  ['table', sparse],
] as const;

/** Limits of a device that asked for nothing. */
const DEFAULT_WORKGROUP_BYTES = 16384;

describe('Tint accepts', () => {
  for (const [schedule, mask] of MASKS) {
    for (const dtype of DTYPES) {
      it.each(DIMS)(`${schedule}, ${dtype}, dim %i, dim_v %i`, async (dim, dimV) => {
        const graph = graphOf(mask, { dim, dimV, dtype, heads: 8, kvHeads: 2 });
        const plan = plainPlan(graph);
        const { module, passes } = emitWgsl(plan, graph);
        const [{ kernels }] = passes;
        // Dawn's null backend offers no more than the default limits; the software tile may ask for more.
        const fitting = kernels.filter(({ workgroupBytes }) => workgroupBytes <= DEFAULT_WORKGROUP_BYTES);
        expect(
          await validate(
            await nullDevice(),
            module.code,
            fitting.map(({ name }) => name),
          ),
        ).toEqual([]);
        expect(plan.passes[0].schedule.kind).toBe(schedule);
        expect(fitting.filter(({ purpose }) => purpose === 'tiled').length).toBeGreaterThan(0);
        expect(fitting.filter(({ purpose }) => purpose === 'small-query').length).toBeGreaterThan(0);
        for (const { target, workgroupBytes } of kernels) {
          const limit = targets.find((table) => table.class === target)?.workgroupBytes ?? 0;
          expect(workgroupBytes).toBeLessThanOrEqual(limit);
        }
      });
    }
  }

  it.each([
    [16, 4],
    [64, 64],
    [192, 128],
    [256, 256],
  ])('every kind of pass in one module, dim %i, dim_v %i', async (dim, dimV) => {
    for (const dtype of DTYPES) {
      const graph = graphOf(sparse, { dim, dimV, dtype, heads: 4, kvHeads: 1, score: { softcap: 20 } });
      const plan = planKernels(everyKind(graph, sparse));
      expect(verifyKernelPlan(plan)).toEqual([]);
      const { module, passes } = emitWgsl(plan, graph);
      const kernels = passes.flatMap((pass) => pass.kernels);
      expect(new Set(kernels.map(({ name }) => name)).size).toBe(kernels.length);
      const fitting = kernels.filter(({ workgroupBytes }) => workgroupBytes <= DEFAULT_WORKGROUP_BYTES);
      for (const pass of passes) expect(fitting.some((kernel) => pass.kernels.includes(kernel))).toBe(true);
      const names = fitting.map(({ name }) => name);
      expect(await validate(await nullDevice(), module.code, names)).toEqual([]);
    }
  });

  it('counts workgroup storage of looked-up slots and diagonals as Dawn does', async () => {
    const device = await nullDevice();
    const graph = graphOf(sparse, { dim: 256, dimV: 256 });
    const wide = { ...targets[1], workgroupBytes: 65536, diagonal: [{ x: 4, y: 8, rows: 2, columns: 8 }] };
    const { module, passes } = emitWgsl(planKernels(everyKind(graph, sparse, [wide]), [wide]), graph);
    for (const { kernels } of passes) {
      const [{ name, workgroupBytes }] = kernels;
      expect(workgroupBytes).toBeGreaterThan(DEFAULT_WORKGROUP_BYTES);
      expect((await validate(device, module.code, [name])).join()).toContain(`(${workgroupBytes} bytes)`);
    }
  });

  it('counts workgroup storage as Dawn does', async () => {
    const device = await nullDevice();
    const graph = graphOf(causal, { dim: 128 });
    const plan = plainPlan(graph);
    const { module, passes } = emitWgsl(plan, graph);
    const [{ kernels }] = passes;
    const large = kernels.find(({ workgroupBytes }) => workgroupBytes > DEFAULT_WORKGROUP_BYTES);
    expect(large).toBeDefined();
    const messages = await validate(device, module.code, [large?.name ?? '']);
    expect(messages.join()).toContain(`(${large?.workgroupBytes} bytes)`);
  });
});

describe('emitted text', () => {
  it('keeps names that WGSL reserves out of the way', async () => {
    const mask = program((b, i, j) => {
      const ids = b.intern({ kind: 'lookup', array: 'fn', indices: [i] });
      const other = b.intern({ kind: 'lookup', array: 'fn', indices: [j] });
      return b.and(b.compare('eq', ids, other), b.compare('ne', b.symbol('loop'), b.symbol('nq_2')));
    });
    const graph = graphOf(mask, {
      launch: ['loop', 'nq_2', 'scale'].map((name) => ({
        name,
        type: 'int',
        min: 0,
        max: 9,
        default: 1,
        doc: '',
      })),
    });
    const { module, passes } = emitWgsl(plainPlan(graph), graph);
    const [{ kernels }] = passes;
    const names = kernels
      .filter((kernel) => kernel.workgroupBytes <= DEFAULT_WORKGROUP_BYTES)
      .map(({ name }) => name);
    expect(await validate(await nullDevice(), module.code, names)).toEqual([]);
    expect(module.uniforms.map(({ name }) => name)).toContain('loop_');
  });

  it('is the same for the same graph', () => {
    const emit = (): string => {
      const graph = graphOf(sparse);
      return emitWgsl(plainPlan(graph), graph).module.code;
    };
    expect(emit()).toBe(emit());
  });

  it('maps lines of the mask to the source', () => {
    const graph = graphOf(sparse);
    const { module } = emitWgsl(plainPlan(graph), graph);
    const lines = module.code.split('\n');
    expect(module.lineMap.length).toBeGreaterThan(0);
    for (const [line] of module.lineMap) expect(lines[line - 1]).toMatch(/^ {2}(let|return) /);
  });
});
