import type { LinearForm } from '../sets/linear-form.ts';
import type { NodeId } from '../program/nodes.ts';

/** What an atom of a linear form computes, over forms. */
export type AtomDescription =
  | { readonly kind: 'mod' | 'div'; readonly form: LinearForm; readonly by: number }
  | { readonly kind: 'abs' | 'bit-length'; readonly form: LinearForm }
  | { readonly kind: 'min' | 'max'; readonly left: LinearForm; readonly right: LinearForm }
  | {
      readonly kind: 'select';
      readonly condition: NodeId;
      readonly then: LinearForm;
      readonly else: LinearForm;
    };
