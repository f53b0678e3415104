import type { Graph } from '../../ir/graph.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { wgslDialect } from '../expression/wgsl-dialect.ts';
import type { MaskFunctions } from './mask-functions.ts';
import type { ModuleNames } from './names.ts';
import { pairScope, printMaskBody } from '../print-mask.ts';
import { writeVariant } from './write-variant.ts';
import type { Block, Line } from '../text.ts';

/** The masks as functions of positions: `is_live` for run tables, `row_begin` and `row_end` for row bounds. */
export function writeMask(ofPasses: readonly MaskFunctions[], graph: Graph, names: ModuleNames): Block[] {
  return [...new Set(ofPasses)].flatMap((functions): Block[] => {
    switch (functions.kind) {
      case 'none':
        return [];
      case 'specialised':
        return writeVariant(functions, graph, names);
      case 'predicate':
        return [
          [
            '// Whether the query at position i attends to the key at position j.',
            `fn ${functions.isLive}(i: i32, j: i32, head: i32, batch: i32) -> bool {`,
            ...writeBody(functions.residual, graph, names),
            '}',
          ],
        ];
      case 'bounds': {
        const { begin, end, low, high } = functions;
        return [
          [
            `// The live keys of the query at position i are ${begin}(i) <= j < ${end}(i); both never fall as i grows.`,
            `fn ${begin}(i: i32, head: i32, batch: i32) -> i32 {`,
            ...writeBody(low, graph, names),
            '}',
          ],
          [`fn ${end}(i: i32, head: i32, batch: i32) -> i32 {`, ...writeBody(high, graph, names), '}'],
        ];
      }
    }
  });
}

function writeBody(program: MaskProgram, graph: Graph, names: ModuleNames): Line[] {
  return printMaskBody(program, graph, names, pairScope(names), wgslDialect);
}
