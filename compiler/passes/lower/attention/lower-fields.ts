import type { AttentionDeclaration, Field } from '../../../parser/ast.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../diagnostics/suggest-name.ts';
import { attentionField, attentionFields } from './attention-fields.ts';
import { expectConstant } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';

/** The fields of an attention by name; unknown and repeated ones are reported. */
export function collectFields(
  lowering: Lowering,
  attention: AttentionDeclaration,
): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  for (const field of attention.members) {
    if (field.kind !== 'field') continue;
    const known = attentionField.get(field.name);
    const first = fields.get(field.name);
    if (known === undefined) {
      const names = ['input', 'launch', 'let', 'return', ...attentionFields.map(({ name }) => name)];
      lowering.report('unknown-field', field.nameSpan, `An attention has no field "${field.name}".`, {
        label: 'unknown field',
        help: didYouMean(field.name, names, field.nameSpan),
      });
    } else if (first !== undefined) {
      lowering.report('duplicate-field', field.nameSpan, `The field "${field.name}" stands twice.`, {
        label: 'again',
        secondary: [{ span: first.nameSpan, text: 'given here' }],
      });
    } else {
      fields.set(field.name, field);
    }
  }
  return fields;
}

/** Reads the fields of one attention, in a scope that knows its inputs, launch parameters and constants. */
export class FieldReader {
  constructor(
    readonly lowering: Lowering,
    readonly fields: ReadonlyMap<string, Field>,
    readonly scope: Scope,
  ) {}

  get(name: string): Field | undefined {
    return this.fields.get(name);
  }

  /** A compile-time integer in low..high, or null after a report. */
  integer(name: string, fallback: number, low: number, high: number): number | null {
    const field = this.fields.get(name);
    if (field === undefined) return fallback;
    const [value] = field.values;
    if (!this.oneValue(field)) return null;
    const number = expectConstant(
      this.lowering,
      this.lowering.evaluate(value, this.scope),
      value.span,
      `The field \`${name}\``,
    );
    if (number === null || (number >= low && number <= high)) return number;
    this.lowering.report(
      'field-outside',
      value.span,
      `\`${name}\` must be in ${low}..${high}, but it is ${number}.`,
      {
        label: `${number}`,
      },
    );
    return null;
  }

  /** One of a few words, or null after a report. */
  word<Word extends string>(name: string, fallback: Word, words: readonly Word[]): Word | null {
    const field = this.fields.get(name);
    if (field === undefined) return fallback;
    return this.oneValue(field) ? this.choice(name, field.values[0], words) : null;
  }

  choice<Word extends string>(
    name: string,
    value: Field['values'][number],
    words: readonly Word[],
  ): Word | null {
    const text = value.kind === 'name' ? value.text : null;
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    this.lowering.report(
      'not-a-choice',
      value.span,
      `\`${name}\` must be ${words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ')}.`,
      {
        label: 'none of these words',
        help: text === null ? [] : didYouMean(text, words, value.span),
      },
    );
    return null;
  }

  oneValue(field: Field): boolean {
    if (field.values.length === 1) return true;
    const span: Span = field.values[1]?.span ?? field.span;
    this.lowering.report('field-value', span, `The field \`${field.name}\` takes one value.`, {
      label: `${field.values.length} given`,
    });
    return false;
  }
}
