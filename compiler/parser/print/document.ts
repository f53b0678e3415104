/**
 * A text whose layout is still open, after Wadler's "A prettier printer" (2003): a group stands on one line if it
 * fits, otherwise every `line` of it becomes a line break.
 */
export type Document =
  | string
  | readonly Document[]
  | { readonly kind: 'group'; readonly content: Document }
  | { readonly kind: 'indent'; readonly by: number; readonly content: Document }
  /** A blank or nothing on one line; `hard` is a line break always and breaks all groups around it. */
  | { readonly kind: 'line'; readonly flat: string; readonly hard: boolean }
  /** Waits for the end of the line; the groups around it break. */
  | { readonly kind: 'line-end'; readonly text: string }
  | { readonly kind: 'if-broken'; readonly broken: Document; readonly flat: Document };

export const line: Document = { kind: 'line', flat: ' ', hard: false };
export const softLine: Document = { kind: 'line', flat: '', hard: false };
export const hardLine: Document = { kind: 'line', flat: '', hard: true };
export const group = (content: Document): Document => ({ kind: 'group', content });
export const indent = (content: Document, by = 2): Document => ({ kind: 'indent', by, content });
export const lineEnd = (text: string): Document => ({ kind: 'line-end', text });
export const ifBroken = (broken: Document, flat: Document): Document => ({ kind: 'if-broken', broken, flat });

export function join(parts: readonly Document[], separator: Document): Document {
  return parts.flatMap((part, at) => (at === 0 ? [part] : [separator, part]));
}

/** Whether a document can stand on one line at all. */
export function mustBreak(document: Document): boolean {
  if (typeof document === 'string') return false;
  if (isList(document)) return document.some(mustBreak);
  switch (document.kind) {
    case 'line':
      return document.hard;
    case 'line-end':
      return true;
    case 'if-broken':
      return mustBreak(document.flat);
    case 'group':
    case 'indent':
      return mustBreak(document.content);
  }
}

interface Task {
  readonly document: Document;
  readonly indentation: number;
  readonly flat: boolean;
}

/** Lays a document out in lines of at most `width` columns where that is possible. */
export function layOut(document: Document, width: number): string {
  let text = '';
  let column = 0;
  let pending = '';
  const breaks = new Map<Document, boolean>();
  const tasks: Task[] = [{ document, indentation: 0, flat: false }];

  const endLine = (): void => {
    text = `${text.replace(/ +$/, '')}${pending}\n`;
    pending = '';
  };
  const breakLine = (indentation: number): void => {
    endLine();
    text += ' '.repeat(indentation);
    column = indentation;
  };

  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { document: at, indentation, flat } = task;
    if (typeof at === 'string') {
      text += at;
      column += at.length;
    } else if (isList(at)) {
      for (let index = at.length - 1; index >= 0; index--) tasks.push({ ...task, document: at[index] });
    } else if (at.kind === 'indent') {
      tasks.push({ document: at.content, indentation: indentation + at.by, flat });
    } else if (at.kind === 'line') {
      if (flat) text += at.flat;
      else breakLine(indentation);
      if (flat) column += at.flat.length;
    } else if (at.kind === 'line-end') {
      pending += at.text;
    } else if (at.kind === 'if-broken') {
      tasks.push({ ...task, document: flat ? at.flat : at.broken });
    } else {
      const forced = breaks.get(at) ?? mustBreak(at.content);
      breaks.set(at, forced);
      const fits = flat || (!forced && fitsFlat(at.content, tasks, width - column));
      tasks.push({ document: at.content, indentation, flat: fits });
    }
  }
  endLine();
  return text;
}

/** Whether a document on one line, with what follows up to the next line break, takes at most `room` columns. */
function fitsFlat(document: Document, following: readonly Task[], room: number): boolean {
  let left = room;
  let next = following.length;
  const tasks: { readonly document: Document; readonly flat: boolean }[] = [{ document, flat: true }];
  for (;;) {
    if (tasks.length === 0) {
      if (next === 0) return true;
      tasks.push(following[--next]);
    }
    const { document: at, flat } = tasks.pop()!;
    if (typeof at === 'string') {
      left -= at.length;
      if (left < 0) return false;
    } else if (isList(at)) {
      for (let index = at.length - 1; index >= 0; index--) tasks.push({ document: at[index], flat });
    } else if (at.kind === 'line') {
      if (!flat) return true;
      left -= at.flat.length;
    } else if (at.kind === 'if-broken') {
      tasks.push({ document: flat ? at.flat : at.broken, flat });
    } else if (at.kind === 'group' || at.kind === 'indent') {
      tasks.push({ document: at.content, flat });
    }
  }
}

function isList(document: Document): document is readonly Document[] {
  return Array.isArray(document);
}
