import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { evaluateText } from './case-expressions.ts';
import type { Environment } from './case-expressions.ts';
import type { Json, VectorCase } from './vector-case.ts';

/** How one value of a case is asked for. */
type Condition = Json | { readonly present: boolean } | { readonly matches: string };

/** One rule of a system: a pattern of a file, or the reason why such cases are skipped. */
export interface Rule {
  readonly when?: Readonly<Record<string, Condition>>;
  readonly skip?: string;
  readonly file?: string;
  readonly pattern?: string;
  readonly heads?: string;
  readonly queries_at?: string;
  /** The mask of the case has a bit for each block of so many queries and keys. */
  readonly block?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly arrays?: Readonly<Record<string, string>>;
}

export interface Mapping {
  readonly systems: Readonly<Record<string, readonly Rule[]>>;
}

/** What to run for a case. */
export type Resolution =
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'run'; readonly request: PatternRequest };

export interface PatternRequest {
  /** A file of `spec-examples/`. */
  readonly file: string;
  readonly pattern: string;
  readonly heads: number;
  readonly nq: number;
  readonly nk: number;
  /** Positions a row and a column of the mask stand for. */
  readonly block: number;
  /** Position of query row 0; null for the default of the language. */
  readonly queriesAt: number | null;
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly arrays: Readonly<Record<string, Json>>;
}

export function readMapping(file: string | URL): Mapping {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Finds the rule that serves a case and computes what it says; throws where a rule asks for what the case has not. */
export function resolveCase(mapping: Mapping, vector: VectorCase): Resolution {
  const rules = Object.hasOwn(mapping.systems, vector.system) ? mapping.systems[vector.system] : undefined;
  if (rules === undefined) return { kind: 'missing', reason: 'vectors.json does not name the system' };
  const names: Environment = { case: vector.case, ...vector.params };
  const rule = rules.find(({ when = {} }) =>
    Object.entries(when).every(([name, condition]) => fits(names[name], condition)),
  );
  if (rule === undefined) return { kind: 'missing', reason: 'no rule of the system fits the parameters' };
  if (rule.skip !== undefined) return { kind: 'skipped', reason: rule.skip };

  const environment = { heads: vector.heads, ...names, nq: vector.nq, nk: vector.nk };
  const compute = (entries: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(entries).map(([name, text]) => [name, evaluateText(text, environment)]),
    );
  return {
    kind: 'run',
    request: {
      file: rule.file!,
      pattern: rule.pattern!,
      heads: evaluateText(rule.heads ?? 'heads', environment) as number,
      nq: vector.nq,
      nk: vector.nk,
      block: rule.block === undefined ? 1 : (evaluateText(rule.block, environment) as number),
      queriesAt:
        rule.queries_at === undefined ? null : (evaluateText(rule.queries_at, environment) as number),
      settings: compute(rule.settings) as Record<string, number | boolean>,
      arrays: compute(rule.arrays),
    },
  };
}

function fits(value: Json | undefined, condition: Condition): boolean {
  if (typeof condition === 'object' && condition !== null && !Array.isArray(condition)) {
    if ('present' in condition) return (value !== undefined) === condition.present;
    if ('matches' in condition)
      return typeof value === 'string' && new RegExp(condition.matches as string).test(value);
  }
  return isDeepStrictEqual(value, condition);
}
