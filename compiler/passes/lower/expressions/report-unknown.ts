import type { Help, Span } from '../../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../diagnostics/suggest-name.ts';
import { indexNames } from './built-in-names.ts';
import { forms } from '../forms/registry.ts';
import { functions } from './functions.ts';
import type { Lowering } from '../values/lowering.ts';
import { operations } from './operations.ts';
import type { Scope } from '../values/scope.ts';
import type { Value } from '../values/value.ts';

/** What an unknown name is told: one text for the check of names and for lowering. */
export function unknownName(
  text: string,
  place: 'name' | 'call',
  bound: Iterable<string>,
  span: Span,
): { readonly message: string; readonly label: string; readonly help: readonly Help[] } {
  const known = [
    ...bound,
    ...(place === 'name' ? indexNames.keys() : []),
    ...forms.keys(),
    ...(place === 'call' ? [...functions.keys(), ...operations.keys(), 'table'] : []),
  ];
  return {
    message: place === 'name' ? `There is no name "${text}" here.` : `There is no pattern or form "${text}".`,
    label: 'unknown',
    help: didYouMean(text, known, span),
  };
}

export function reportUnknown(
  lowering: Lowering,
  text: string,
  span: Span,
  scope: Scope,
  place: 'name' | 'call',
): Value {
  const bound =
    place === 'name' ? [...scope.names.keys(), ...scope.file.names.keys()] : scope.file.names.keys();
  const { message, label, help } = unknownName(text, place, bound, span);
  return lowering.report('unknown-name', span, message, { label, help });
}
