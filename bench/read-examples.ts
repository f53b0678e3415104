import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '../compiler/index.ts';
import type { SchedulePattern } from './schedule.ts';

const examples = new URL('../spec-examples/', import.meta.url);

/** Every attend of every attention of every example. */
export function readExamples(): SchedulePattern[] {
  const files = readdirSync(examples).filter((name) => name.endsWith('.sa'));
  return files.flatMap((name) => {
    const example = name.replace(/\.sa$/, '');
    const result = compile({ name, text: readFileSync(new URL(name, examples), 'utf8') }, { until: 'lower' });
    if (!result.ok) throw new Error(`${name} does not compile: ${result.diagnostics[0].message}`);
    return result.units.flatMap(({ name: unit, graph }) =>
      graph.nodes.map(({ name: attend, mask }) => ({
        name: [example, unit, attend].filter((word) => word !== '').join(' '),
        model: { ...graph, mask },
      })),
    );
  });
}
