import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { KnownValues } from './known-values.ts';

/** Where a simplified program grows, and what is known of its nodes. */
export interface Workspace {
  readonly builder: MaskBuilder;
  readonly known: KnownValues;
}
