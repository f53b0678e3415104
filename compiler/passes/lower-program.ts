import type { Session } from '../diagnostics/session.ts';
import type { Graph } from '../ir/graph.ts';
import type { AttentionDeclaration, PatternDeclaration } from '../parser/ast.ts';
import type { LinkedProgram } from './link-files.ts';
import { lowerAttention } from './lower/attention/lower-attention.ts';
import { lowerPattern } from './lower/attention/lower-pattern.ts';
import type { LowerOptions } from './lower/values/options.ts';
import { didYouMean } from '../diagnostics/suggest-name.ts';

export type { LowerOptions, Setting } from './lower/values/options.ts';

/**
 * The graphs of a program: one an attention, or, where the main file has none, one a pattern. `options.pattern` and
 * `options.attention` select one by name. Everything that is wrong is reported; what could not be lowered is left out.
 */
export function lowerProgram(program: LinkedProgram, options: LowerOptions, session: Session): Graph[] {
  const selected = select(program, options, session);
  if (selected === null || !checkSettings(program, selected, options, session)) return [];
  const graphs: Graph[] = [];
  for (const item of selected) {
    const graph =
      item.kind === 'attention'
        ? lowerAttention(item, program, options, session)
        : lowerPattern(item, program, options, session);
    if (graph !== null) graphs.push(graph);
    // Those that follow expand just as far, and each would take its time.
    if (session.diagnostics.some(({ name }) => name === 'expansion-too-large')) break;
  }
  return graphs;
}

type Entry = AttentionDeclaration | PatternDeclaration;

function select(program: LinkedProgram, options: LowerOptions, session: Session): readonly Entry[] | null {
  const { attentions, tree } = program.main;
  const patterns = tree.items.filter((item) => item.kind === 'pattern');
  if (options.pattern !== undefined)
    return selectByName('pattern', options.pattern, patterns, program, session, attentions);
  if (options.attention !== undefined) {
    return selectByName('attention', options.attention, attentions, program, session);
  }
  const entries = attentions.length > 0 ? attentions : entryPatterns(patterns, options);
  if (entries.length > 0) return entries;
  session.report('nothing-to-compile', {
    message: `"${program.main.source.name}" has no attention and no pattern.`,
    span: { ...tree.span, start: 0, end: 0 },
    label: 'nothing to compile',
    help: ['`attention NAME { mask causal }`'],
  });
  return null;
}

/** All patterns but the helpers: those that lack the value of a parameter and that another pattern calls. */
function entryPatterns(
  patterns: readonly PatternDeclaration[],
  options: LowerOptions,
): readonly PatternDeclaration[] {
  const lacksValue = ({ parameters }: PatternDeclaration) =>
    parameters.some(
      ({ name, type, value }) =>
        value === null &&
        (type === null || type.dims === null) &&
        !Object.hasOwn(options.settings, name.text),
    );
  const called = patterns.map((pattern) => ({ pattern, names: namesIn(pattern) }));
  const entries = patterns.filter((pattern) => {
    const { text } = pattern.name;
    return (
      !lacksValue(pattern) || !called.some((other) => other.pattern !== pattern && other.names.has(text))
    );
  });
  return entries.length > 0 ? entries : patterns;
}

/** Every name that stands somewhere in a part of the tree. */
function namesIn(part: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof part !== 'object' || part === null) return found;
  if ('kind' in part && (part.kind === 'identifier' || part.kind === 'name') && 'text' in part) {
    found.add(String(part.text));
  }
  for (const child of Object.values(part)) namesIn(child, found);
  return found;
}

function selectByName(
  kind: 'pattern' | 'attention',
  name: string,
  entries: readonly Entry[],
  program: LinkedProgram,
  session: Session,
  /** Entries of another kind, which the caller may have meant. */
  others: readonly Entry[] = [],
): readonly Entry[] | null {
  const found = entries.find((entry) => entry.name.text === name);
  if (found !== undefined) return [found];
  const names = entries.map((entry) => entry.name.text);
  const own = names.length === 0 ? `it has no ${kind}s` : `its ${kind}s are ${names.join(', ')}`;
  const other = others.map((entry) => entry.name.text).join(', ');
  const known = other === '' ? own : `${own}; its attentions are ${other}`;
  session.report('unknown-selection', {
    message: `"${program.main.source.name}" has no ${kind} "${name}"; ${known}.`,
    span: { ...program.main.tree.span, start: 0, end: 0 },
    help: didYouMean(name, names, null),
  });
  return null;
}

/** Every setting must set something in every selected entry's reach: at least one entry, or a constant. */
function checkSettings(
  program: LinkedProgram,
  selected: readonly Entry[],
  options: LowerOptions,
  session: Session,
): boolean {
  const known = new Set<string>();
  for (const entry of selected) for (const name of settableNames(entry)) known.add(name);
  for (const [name, top] of program.main.names) {
    if (top.kind === 'let' && top.file === program.main.source.name) known.add(name);
  }
  let valid = true;
  for (const name of Object.keys(options.settings)) {
    if (known.has(name)) continue;
    valid = false;
    const list = known.size === 0 ? 'nothing can be set' : `what can be set: ${[...known].join(', ')}`;
    session.report('unknown-setting', {
      message: `There is nothing called "${name}" to set.`,
      span: selected[0].name.span,
      label: list,
      help: didYouMean(name, known, null),
    });
  }
  return valid;
}

function settableNames(entry: Entry): readonly string[] {
  if (entry.kind === 'pattern') return entry.parameters.map(({ name }) => name.text);
  return entry.members.flatMap((member) => {
    if (member.kind === 'launch') return [member.name.text];
    return member.kind === 'let' ? member.names.map(({ text }) => text) : [];
  });
}
