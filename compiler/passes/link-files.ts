import type { Source, Span } from '../diagnostics/diagnostic.ts';
import type { Session } from '../diagnostics/session.ts';
import type { AttentionDeclaration, LetDeclaration, PatternDeclaration, SourceFile } from '../parser/ast.ts';
import { parse } from '../parser/index.ts';

/** The main file and everything that it uses, each parsed once. */
export interface LinkedProgram {
  readonly main: LinkedFile;
  readonly files: readonly LinkedFile[];
  /** Texts by name, for messages and for the source text of sizes. */
  readonly sources: ReadonlyMap<string, Source>;
}

export interface LinkedFile {
  readonly source: Source;
  readonly tree: SourceFile;
  readonly attentions: readonly AttentionDeclaration[];
  /** What the names of the file stand for at top level: its own items and those of the files it uses. */
  readonly names: ReadonlyMap<string, TopLevel>;
}

export type TopLevel =
  | { readonly kind: 'pattern'; readonly declaration: PatternDeclaration; readonly file: string }
  | { readonly kind: 'let'; readonly declaration: LetDeclaration; readonly file: string };

/**
 * Reads the text of the file that `use "path"` in the file `from` means; null where there is none, and what is wrong with
 * one that cannot be read: `it is not UTF-8 text`.
 */
export type ResolveFile = (path: string, from: string) => string | null | { readonly problem: string };

interface Draft {
  readonly source: Source;
  readonly tree: SourceFile;
  readonly names: Map<string, TopLevel>;
}

/**
 * Follows `use`. A name from a used file is visible in the file that says `use`, not further on. Cycles, missing files
 * and names that stand for two things are reported; `attention`s of used files are not entry points.
 */
export function linkFiles(
  tree: SourceFile,
  source: Source,
  resolve: ResolveFile,
  session: Session,
): LinkedProgram {
  const drafts = new Map<string, Draft>();
  const open: string[] = [];

  const visit = (file: SourceFile, text: Source): Draft => {
    const draft: Draft = { source: text, tree: file, names: new Map() };
    drafts.set(text.name, draft);
    session.addSource(text);
    open.push(text.name);
    for (const item of file.items) {
      if (item.kind === 'use') link(draft, item.path.value, item.span);
    }
    for (const item of file.items) {
      if (item.kind === 'pattern') {
        declare(draft, item.name.text, item.name.span, {
          kind: 'pattern',
          declaration: item,
          file: text.name,
        });
      } else if (item.kind === 'let') {
        for (const name of item.names) {
          declare(draft, name.text, name.span, { kind: 'let', declaration: item, file: text.name });
        }
      }
    }
    open.pop();
    return draft;
  };

  const link = (user: Draft, path: string, span: Span): void => {
    const text = resolve(path, user.source.name);
    if (text === null) {
      session.report('missing-file', {
        message: `There is no file "${path}" beside "${user.source.name}".`,
        span,
        label: 'not found',
        help: ['paths are relative to the file that says `use`, with their ending: use "./common.sa"'],
      });
      return;
    }
    if (typeof text !== 'string') {
      session.report('missing-file', {
        message: `The file "${path}" beside "${user.source.name}" cannot be used: ${text.problem}.`,
        span,
        label: text.problem,
      });
      return;
    }
    const next: Source = { name: joinPath(user.source.name, path), text };
    if (open.includes(next.name)) {
      const cycle = [...open.slice(open.indexOf(next.name)), next.name].join(' -> ');
      session.report('use-cycle', {
        message: `"${next.name}" uses itself: ${cycle}.`,
        span,
        label: 'this closes the circle',
        help: ['move what both files need into a third file'],
      });
      return;
    }
    const used = drafts.get(next.name) ?? visit(parse(next, session), next);
    for (const [name, target] of used.names) {
      if (target.file === used.source.name) declare(user, name, span, target);
    }
  };

  const declare = (draft: Draft, name: string, span: Span, target: TopLevel): void => {
    const known = draft.names.get(name);
    if (known === undefined) {
      draft.names.set(name, target);
    } else if (known.declaration !== target.declaration) {
      session.report('duplicate-name', {
        message: `"${name}" is declared twice in "${draft.source.name}".`,
        span,
        label: 'the second declaration',
        secondary: [{ span: nameSpan(known, name), text: `"${name}" is declared here` }],
        help: ['give one of them another name'],
      });
    }
  };

  visit(tree, source);
  const files = [...drafts.values()].map((draft): LinkedFile => ({
    source: draft.source,
    tree: draft.tree,
    attentions: draft.tree.items.filter((item) => item.kind === 'attention'),
    names: draft.names,
  }));
  return { main: files[0], files, sources: new Map(files.map((file) => [file.source.name, file.source])) };
}

function nameSpan(target: TopLevel, name: string): Span {
  if (target.kind === 'pattern') return target.declaration.name.span;
  return target.declaration.names.find(({ text }) => text === name)?.span ?? target.declaration.span;
}

/** The name of a used file: `./a.sa` as `dir/main.sa` sees it is `dir/a.sa`. */
function joinPath(from: string, path: string): string {
  if (path.startsWith('/')) return path;
  const parts = from.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}
