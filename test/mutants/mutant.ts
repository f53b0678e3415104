import type { CheckName, Subject } from './checks.ts';
import type { specimens } from './specimens.ts';

/** A small defect, and the nets that must notice it; all others must not. */
export interface Mutant {
  readonly name: string;
  readonly of: keyof typeof specimens;
  readonly noticedBy: readonly CheckName[];
  readonly break: (subject: Subject) => Subject;
}
