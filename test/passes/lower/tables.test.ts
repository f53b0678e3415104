import { describe, expect, it } from 'vitest';
import { fieldSyntax } from '../../../compiler/parser/fields.ts';
import { attentionFields } from '../../../compiler/passes/lower/attention/attention-fields.ts';
import { forms, plannedForms } from '../../../compiler/passes/lower/forms/registry.ts';
import { functions } from '../../../compiler/passes/lower/expressions/functions.ts';
import { operations } from '../../../compiler/passes/lower/expressions/operations.ts';

describe('published tables', () => {
  it('list the fields that the grammar knows', () => {
    expect(attentionFields.map(({ name }) => name).sort()).toEqual([...fieldSyntax.keys()].sort());
  });

  it('give every form signatures that name its arguments', () => {
    for (const form of forms.values()) {
      expect(form.doc.length, form.name).toBeGreaterThan(3);
      for (const signature of form.signatures) expect(signature.startsWith(form.name), form.name).toBe(true);
      const text = form.signatures.join(' ');
      const unnamed = form.parameters.filter(({ positional, required }) => !positional && required);
      for (const { name } of unnamed) expect(text, form.name).toContain(`${name}:`);
    }
  });

  it('give a name one meaning', () => {
    const all = [forms, plannedForms, functions, operations].flatMap((table) => [...table.keys()]);
    expect(new Set(all).size).toBe(all.length);
  });
});
