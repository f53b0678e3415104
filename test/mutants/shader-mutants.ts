import type { UniformField } from '../../runtime/kernel-descriptor.ts';
import type { Subject } from './checks.ts';
import type { Mutant } from './mutant.ts';

/** The text of the module with every match of `pattern` replaced, but what stands before `from`. */
const inText =
  (pattern: RegExp, by: string, from = ''): Mutant['break'] =>
  (subject) => {
    const { wgsl } = subject.descriptor;
    const begin = wgsl.code.indexOf(from);
    const rest = wgsl.code.slice(begin);
    const code = wgsl.code.slice(0, begin) + rest.replaceAll(pattern, by);
    // A text that was rewritten needs its mutants rewritten, too.
    if (begin < 0 || code === wgsl.code) throw new Error(`${pattern} does not stand in the text`);
    return withModule(subject, { code });
  };

function withModule(subject: Subject, wgsl: Partial<Subject['descriptor']['wgsl']>): Subject {
  const { descriptor } = subject;
  return { ...subject, descriptor: { ...descriptor, wgsl: { ...descriptor.wgsl, ...wgsl } } };
}

/** The sources of two fields of the uniform block, exchanged. */
const swapFields =
  (left: string, right: string): Mutant['break'] =>
  (subject) => {
    const { uniforms } = subject.descriptor.wgsl;
    const sourceOf = (name: string): UniformField['source'] => {
      const field = uniforms.find((one) => one.name === name);
      if (field === undefined) throw new Error(`there is no uniform ${name}`);
      return field.source;
    };
    const other: Readonly<Record<string, string>> = { [left]: right, [right]: left };
    return withModule(subject, {
      uniforms: uniforms.map((field) =>
        other[field.name] === undefined ? field : { ...field, source: sourceOf(other[field.name]) },
      ),
    });
  };

const device = ['kernel'] as const;

/** Defects of codegen, of the uniform block and of the arena: nothing but a launch can notice them. */
export const shaderMutants: readonly Mutant[] = [
  {
    name: 'a comparison of the printed mask is strict',
    of: 'relay',
    noticedBy: device,
    break: inText(/\(0 <= distance\) & \(distance < 4\)/g, '(0 < distance) & (distance < 4)'),
  },
  {
    name: 'padding behind the last query is stored',
    of: 'ring',
    noticedBy: device,
    break: inText(/row < i32\(params\.nq\)/g, 'row <= i32(params.nq)'),
  },
  {
    name: 'padding behind the last key is read',
    of: 'ring',
    noticedBy: device,
    break: inText(/position < i32\(params\.nk\)/g, 'position <= i32(params.nk)'),
  },
  {
    name: 'accumulators are not scaled when the maximum grows',
    of: 'blocks',
    noticedBy: device,
    break: inText(/o0_0 \*= f0;/g, ''),
  },
  {
    name: 'the sum is not scaled when the maximum grows',
    of: 'blocks',
    noticedBy: device,
    break: inText(/(row_sum\w*\[row\]) \* factor \+ sum/g, '$1 + sum'),
  },
  {
    name: 'the last partial run counts as full',
    of: 'blocks',
    noticedBy: device,
    break: inText(/run < first_full/g, 'run + 1u < first_full'),
  },
  {
    name: 'values of unseen keys are multiplied',
    of: 'bounds',
    noticedBy: device,
    break: inText(/= Element\(\);/g, '*= 1.0;'),
  },
  {
    name: 'the range of a tile begins late',
    of: 'bounds',
    noticedBy: device,
    break: inText(/let begin = u32\((row_begin\(i_first[^;]*)\);/g, 'let begin = u32($1 + 1);'),
  },
  {
    name: 'a tile is full where its last row begins',
    of: 'bounds',
    noticedBy: device,
    break: inText(/key0 \+ TILE_KEYS > full_end/g, 'key0 > full_end'),
  },
  {
    name: 'query heads share the key heads in turn',
    of: 'ring',
    noticedBy: device,
    break: inText(/head \/ HEADS_PER_KV/g, 'head % (HEADS / HEADS_PER_KV)'),
  },
  {
    name: 'lse stays in units of log 2',
    of: 'ring',
    noticedBy: device,
    break: inText(/ \* LN_2/g, ''),
  },
  {
    name: 'a row without keys is divided by its sum',
    of: 'bounds',
    noticedBy: device,
    break: inText(/select\(1\.0 \/ sum, 0\.0, sum == 0\.0\)/g, '1.0 / sum'),
  },
  {
    name: 'every head reads the table of head 0',
    of: 'relay',
    noticedBy: device,
    break: inText(/params\.tables_at \+ group\.y/g, 'params.tables_at'),
  },
  {
    name: 'the distances begin one word late',
    of: 'relay',
    noticedBy: device,
    break: inText(/distances \+ 1u \+ /g, 'distances + 2u + '),
  },
  {
    name: 'two passes read the tables of each other',
    of: 'relay',
    noticedBy: device,
    break: swapFields('tables_at', 'tables2_at'),
  },
  {
    name: 'the state of a row is that of another head',
    of: 'relay',
    noticedBy: device,
    break: inText(/let state_base = group\.y \* /g, 'let state_base = (group.y ^ 1u) * ', 'fn attend_near'),
  },
  {
    name: 'a pass does not take up the sum that was left',
    of: 'relay',
    noticedBy: device,
    break: inText(/= left\.y;/g, '= 0.0;'),
  },
  {
    name: 'a pass does not take up the accumulators that were left',
    of: 'relay',
    noticedBy: device,
    break: inText(/var o0_0 = state\[[^;]*;/g, 'var o0_0 = vec4<f32>();'),
  },
  {
    name: 'columns behind dim_v are stored',
    of: 'bounds',
    noticedBy: device,
    break: inText(/if \(column \+ 0u < DIM_V4\) (\{ out)/g, 'if (column + 0u < DIM_V4 + 1u) $1'),
  },
  {
    name: 'a branch is stored over another',
    of: 'sideBySide',
    noticedBy: device,
    break: inText(/ \/ 4u \+ 2u;/g, ' / 4u;'),
  },
  {
    name: 'batch and head of q are exchanged',
    of: 'ring',
    noticedBy: device,
    break: swapFields('q_batch_stride', 'q_head_stride'),
  },
  {
    name: 'rows of v lie as far apart as those of k',
    of: 'ring',
    noticedBy: device,
    break: swapFields('v_row_stride', 'k_row_stride'),
  },
  {
    name: 'parts of an axis are taken for its size',
    of: 'ring',
    noticedBy: device,
    break: swapFields('view0_keys_0_1_size', 'view0_keys_0_1_parts'),
  },
];
