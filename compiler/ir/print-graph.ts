import type {
  ArrayDeclaration,
  ArrayFeed,
  DerivedDeclaration,
  LaunchParameter,
} from '../../runtime/declarations.ts';
import type { RealReading, ScoreDescriptor } from '../../runtime/score.ts';
import type { Graph, GraphNode, GraphRegion } from './graph.ts';
import { printMask, printMaskLine } from './print-mask.ts';

/** A graph as text, one declaration a line, for goldens and `--print-after`. Spans are left out. */
export function printGraph(graph: Graph): string {
  const lines = [
    `graph ${graph.name}`,
    `  heads ${graph.heads}, kv_heads ${graph.kvHeads}, dim ${graph.dim}, dim_v ${graph.dimV}`,
    `  ${graph.dtype}, ${graph.layout}, outputs ${graph.outputs.join(', ')}`,
    ...graph.inputs.map((input) => `  input ${printArray(input)}`),
    ...graph.launch.map((parameter) => `  launch ${printLaunch(parameter)}`),
    ...graph.derived.map((derived) => `  derived ${printDerived(derived)}`),
    `  offset ${printMaskLine(graph.offset)}`,
    ...(graph.space?.regions.map((region) => `  region ${printRegion(region)}`) ?? []),
    ...graph.nodes.map(printGraphNode),
    ...(graph.combine === 'single'
      ? []
      : [`  ${graph.combine} ${graph.nodes.map(({ name }) => name).join(', ')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** `video: 75600 from 0 over t: 21, y: 45, x: 80`. */
function printRegion({ name, start, length, axes }: GraphRegion): string {
  const stretch = `${name ?? 'cells'}: ${printMaskLine(length)} from ${printMaskLine(start)}`;
  if (axes.length === 0) return stretch;
  return `${stretch} over ${axes.map((axis) => `${axis.name}: ${printMaskLine(axis.size)}`).join(', ')}`;
}

function printGraphNode(node: GraphNode): string {
  switch (node.kind) {
    case 'attend':
      return `  attend${node.name === '' ? '' : ` ${node.name}`}\n    mask\n${indent(printMask(node.mask), '      ')}\n    score ${printScore(node.score)}${printChange(node.score)}`;
  }
}

function printArray({ name, kind, dims, sorted, feed }: ArrayDeclaration): string {
  const shape = dims.map(printMaskLine).join(', ');
  return `${name}: ${kind}[${shape}]${sorted ? ' sorted' : ''}${feed ? ` = ${printFeed(feed)}` : ''}`;
}

function printFeed(feed: ArrayFeed): string {
  switch (feed.kind) {
    case 'documents':
      return `documents(${feed.length})`;
    case 'full':
      return 'full';
    case 'constant':
      return String(feed.value);
    case 'random':
      return feed.below === undefined
        ? `random(seed: ${feed.seed}, density: ${feed.density})`
        : `random(seed: ${feed.seed}, below: ${feed.below})`;
    case 'shuffled':
      return `shuffled(seed: ${feed.seed})`;
    case 'values':
      return JSON.stringify(feed.values);
  }
}

function printLaunch({ name, type, min, max, default: value }: LaunchParameter): string {
  return `${name}: ${type} in ${min}..${max}${value === null ? '' : ` = ${value}`}`;
}

/** `width: int = floor(sqrt(real(nk)))`, `slopes: real[heads] over head = …`. */
export function printDerived(derived: DerivedDeclaration): string {
  switch (derived.kind) {
    case 'scalar':
      return `${derived.name}: ${derived.type} = ${printMaskLine(derived.program)}`;
    case 'table': {
      const { name, type, over, size, program } = derived;
      return `${name}: ${type}[${printMaskLine(size)}] over ${over} = ${printMaskLine(program)}`;
    }
    case 'constant':
      return `${derived.name}: ${derived.type}[${derived.dims.join(', ')}] = [${derived.values.join(', ')}]`;
    case 'segments':
      return `${derived.name}: int = ${derived.edge} of segments(${derived.of})`;
    case 'curve':
      return `${derived.name}: int = hilbert(${derived.sizes.map(printMaskLine).join(', ')})`;
    case 'ranks':
      return `${derived.name}: int = ranks(${derived.of})`;
    case 'block-mask': {
      const { name, positions, block, set, perHead, rule, canvas } = derived;
      const words =
        rule.kind === 'columns' ? `columns(denser: ${rule.denser}, share: ${rule.share})` : rule.kind;
      const parts = Object.entries({ positions, block, ...canvas });
      const sizes = parts.map(([key, program]) => `${key}: ${printMaskLine(program)}`).join(', ');
      return `${name}: bits${perHead ? '[heads, …]' : ''} = shrink(${words}, ${sizes}) { ${printMaskLine(set)} }`;
    }
    case 'random-list': {
      const { name, rows, columns, perRow, seed } = derived;
      const parts = Object.entries({ rows, columns, per_row: perRow, seed });
      return `${name}: list = random(${parts.map(([key, program]) => `${key}: ${printMaskLine(program)}`).join(', ')})`;
    }
  }
}

function printScore(score: ScoreDescriptor): string {
  const optional = {
    softcap: score.softcap,
    slopes: score.slopes,
    key_bias: score.keyBias,
    row_scale: score.rowScale,
  };
  const parts = Object.entries({ ...optional, sink: score.sink }).filter(([, value]) => value !== null);
  const denominator = score.denominatorScale === null ? [] : [score.denominatorScale];
  return [
    `scale ${score.scale}`,
    ...parts.map(([name, value]) => `${name} ${value}`),
    ...score.biases.map((bias) => `bias ${printReading(bias)}`),
    ...denominator.map((scale) => `denominator_scale ${printReading(scale)}`),
    ...(score.weights === undefined ? [] : [`weights ${score.weights}`]),
  ].join(', ');
}

/** What the field `score` makes of s, on lines of its own. */
function printChange({ change }: ScoreDescriptor): string {
  return change === undefined ? '' : `\n    s becomes\n${indent(printMask(change), '      ')}`;
}

function printReading({ array, indices }: RealReading): string {
  return `${array}[${indices.map(printMaskLine).join(', ')}]`;
}

function indent(text: string, margin: string): string {
  return text.replace(/^/gm, margin);
}
