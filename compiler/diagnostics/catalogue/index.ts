import { attention } from './attention.ts';
import { forms } from './forms.ts';
import { mask } from './mask.ts';
import { names } from './names.ts';
import { syntax } from './syntax.ts';
import { target } from './target.ts';
import { types } from './types.ts';
import type { CatalogueEntry } from './entry.ts';

const chapters = { ...syntax, ...names, ...types, ...forms, ...attention, ...mask, ...target };

export type DiagnosticName = keyof typeof chapters;

/** Every kind of message that the compiler can give, by name. Codes are unique and never reused. */
export const catalogue: Readonly<Record<DiagnosticName, CatalogueEntry>> = chapters;
