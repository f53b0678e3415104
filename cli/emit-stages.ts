import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  emitLauncher,
  printCudaKernelPlan,
  printGraph,
  printKernelPlan,
  printMask,
  printSchedule,
  version,
} from '../compiler/index.ts';
import type { CompiledUnit, CompileResult, Source } from '../compiler/index.ts';
import { UsageError } from './failures.ts';
import type { Stage } from './stages.ts';
import type { LauncherHeader } from '../compiler/codegen/launcher/launcher-header.ts';

/** A compiled file and the text it was compiled from. */
export type CompiledFile = CompileResult & { readonly source: Source };

/**
 * The text of a stage of one unit; equal input gives equal bytes. `images` are the files of compiled code beside the
 * launcher, by architecture.
 *
 * @throws {UsageError} for a stage that belongs to another target.
 */
export async function emitStage(
  stage: Stage,
  unit: CompiledUnit,
  compiled: CompiledFile,
  images?: LauncherHeader['images'],
): Promise<string> {
  switch (stage) {
    case 'ast':
      return printTree(compiled.tree);
    case 'mask':
      return withLineBreak(unit.graph.nodes.map((node) => printMask(node.mask)).join('\n'));
    case 'graph':
      return withLineBreak(printGraph(unit.graph));
    case 'schedule':
      return withLineBreak(printSchedule(unit.schedule!));
    case 'kernels':
      return withLineBreak(
        unit.cudaPlan ? printCudaKernelPlan(unit.cudaPlan) : printKernelPlan(unit.kernelPlan!),
      );
    case 'wgsl':
      return withLineBreak((unit.descriptor ?? otherTarget(stage, 'wgsl')).wgsl.code);
    case 'cuda':
      return withLineBreak((unit.cuda ?? otherTarget(stage, 'cuda')).cuda.code);
    case 'launcher':
      return emitLauncher(unit.cuda ?? unit.descriptor!, { ...headerOf(compiled, unit), images });
    case 'json': {
      const { sourceName, sourceHash, doc } = headerOf(compiled, unit);
      const content = {
        sparsec: version,
        source: sourceName,
        hash: sourceHash,
        doc,
        ...(images && { images }),
        attention: unit.cuda ?? unit.descriptor,
      };
      return `${JSON.stringify(content, null, 2)}\n`;
    }
  }
}

/**
 * Where a generated file came from, as its header says it: the file's name, a hash of its text and of the texts it
 * uses, the doc comment. No path of a machine, no time.
 */
function headerOf({ source, sources }: CompiledFile, unit: CompiledUnit): LauncherHeader {
  const hash = createHash('sha256');
  for (const { text } of sources.values()) hash.update(text);
  return {
    version,
    sourceName: basename(source.name),
    sourceHash: hash.digest('hex').slice(0, 16),
    doc: unit.graph.doc,
  };
}

function otherTarget(stage: Stage, target: string): never {
  throw new UsageError(`--emit ${stage} needs --target ${target}`);
}

/** The syntax tree as JSON without its places. */
function printTree(tree: CompileResult['tree']): string {
  const places = new Set(['span', 'nameSpan', 'blankLines']);
  return `${JSON.stringify(tree, (key, value: unknown) => (places.has(key) ? undefined : value), 2)}\n`;
}

function withLineBreak(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
