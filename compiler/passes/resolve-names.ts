import type { Session } from '../diagnostics/session.ts';
import type { Identifier, PatternDeclaration } from '../parser/ast.ts';
import type { LinkedFile, LinkedProgram } from './link-files.ts';
import { checkAttention, checkPattern } from './resolve/check-declarations.ts';
import { checkExpression } from './resolve/check-expression.ts';
import { NameScope, reportShadowing } from './resolve/name-scope.ts';

/**
 * Checks the names of a whole program, patterns that nothing calls included: unknown names, names that hide those of the
 * language, names declared twice, patterns that call themselves, and (as warnings) names that nothing reads.
 */
export function resolveNames(program: LinkedProgram, session: Session): void {
  const calls = new Map<PatternDeclaration, NameScope['called']>();
  for (const file of program.files) checkFile(file, calls, session);
  for (const [pattern, called] of calls) reportRecursion(pattern, called, calls, session);
}

function checkFile(
  file: LinkedFile,
  calls: Map<PatternDeclaration, NameScope['called']>,
  session: Session,
): void {
  const attentions = new Map<string, Identifier>();
  for (const item of file.tree.items) {
    switch (item.kind) {
      case 'use':
        break;
      case 'let':
        for (const name of item.names) reportShadowing(name, 'let', session);
        checkExpression(item.value, new NameScope(file.names, session));
        break;
      case 'pattern':
        reportShadowing(item.name, 'pattern', session);
        calls.set(item, checkPattern(item, file, session).called);
        break;
      case 'attention': {
        const first = attentions.get(item.name.text);
        if (first !== undefined) {
          session.report('duplicate-name', {
            message: `There are two attentions "${item.name.text}".`,
            span: item.name.span,
            label: 'the second one',
            secondary: [{ span: first.span, text: 'the first one' }],
          });
        }
        attentions.set(item.name.text, first ?? item.name);
        checkAttention(item, file, session);
      }
    }
  }
}

/** Reports the calls by which a pattern reaches itself. */
function reportRecursion(
  pattern: PatternDeclaration,
  called: NameScope['called'],
  calls: ReadonlyMap<PatternDeclaration, NameScope['called']>,
  session: Session,
): void {
  for (const { target, span } of called) {
    if (!reaches(target.declaration, pattern, calls)) continue;
    const name = pattern.name.text;
    const through = target.declaration === pattern ? '' : ` through "${target.declaration.name.text}"`;
    session.report('recursive-pattern', {
      message: `The pattern "${name}" calls itself${through}.`,
      span,
      label: 'this call never ends',
      secondary: [{ span: pattern.name.span, text: `"${name}" is declared here` }],
    });
  }
}

function reaches(
  from: PatternDeclaration,
  goal: PatternDeclaration,
  calls: ReadonlyMap<PatternDeclaration, NameScope['called']>,
): boolean {
  const seen = new Set<PatternDeclaration>();
  const pending = [from];
  while (pending.length > 0) {
    const pattern = pending.pop()!;
    if (pattern === goal) return true;
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    pending.push(...(calls.get(pattern) ?? []).map(({ target }) => target.declaration));
  }
  return false;
}
