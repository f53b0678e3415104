import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '../compiler/index.ts';
import type { SchedulePattern } from './schedule.ts';

const examples = new URL('../spec-examples/', import.meta.url);

/** Every attention of every example, or of the one with this name. */
export function readExamples(only?: string): SchedulePattern[] {
  const files = readdirSync(examples).filter((name) => name.endsWith('.sa'));
  return files.flatMap((name) => {
    const example = name.replace(/\.sa$/, '');
    if (only !== undefined && example !== only) return [];
    const result = compile({ name, text: readFileSync(new URL(name, examples), 'utf8') }, { until: 'lower' });
    if (!result.ok) throw new Error(`${name} does not compile: ${result.diagnostics[0].message}`);
    return result.units.map(({ name: unit, graph }) => ({
      name: `${example} ${unit}`,
      model: { ...graph, mask: graph.nodes[0].mask },
    }));
  });
}
