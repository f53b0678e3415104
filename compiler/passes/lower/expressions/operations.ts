import type { CallParameter } from '../values/call-arguments.ts';

/** An operation around attention that is compiled: a call whose value is an attention. */
export interface Operation {
  readonly name: 'attend' | 'merge' | 'concat';
  readonly signature: string;
  readonly doc: string;
}

/** The operations by name: what lowering, the check of names, did-you-mean and the documentation read. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    {
      name: 'attend',
      signature: 'attend(q, k, v, mask: S)',
      doc: 'softmax attention over the pairs of S, with the score of the attention',
    } as const,
    {
      name: 'merge',
      signature: 'merge(a, b, …)',
      doc: 'one softmax over all attends; a pair that several hold counts once for each',
    } as const,
    {
      name: 'concat',
      signature: 'concat(a, b, …)',
      doc: 'a softmax for each attend, their outputs side by side',
    } as const,
  ].map((operation) => [operation.name, operation]),
);

/** What `attend` takes; `keep` is part of the language and not compiled yet. */
export const attendParameters: readonly CallParameter[] = [
  { name: 'q', required: true, positional: true },
  { name: 'k', required: true, positional: true },
  { name: 'v', required: true, positional: true },
  { name: 'mask', required: true, positional: false },
  { name: 'keep', required: false, positional: false },
];
