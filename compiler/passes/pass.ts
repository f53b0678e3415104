import type { Session } from '../diagnostics/session.ts';

/** One step of the pipeline over one graph or kernel plan: a pure function with a name and a line of why. */
export interface Pass<In, Out> {
  /** Verb-object, as the file is named: `simplify-mask`. */
  readonly name: string;
  /** Why the pass exists and why it stands where it stands. */
  readonly why: string;
  readonly run: (input: In, session: Session) => Out;
  /** The stable text of what the pass returns, for `--print-after` and goldens. */
  readonly print: (output: Out) => string;
  /** Problems that no user can cause: each is an internal error of the pass that ran before. */
  readonly verify: (output: Out) => readonly string[];
}

/** What a pass left behind, for `--print-after` and `--time-passes`. */
export interface PassRecord {
  readonly pass: string;
  readonly unit: string;
  readonly milliseconds: number;
  /** The printed output, `(unchanged)` where it equals that of the pass before; null where it was not asked for. */
  readonly text: string | null;
}

/** Runs passes and keeps their records. */
export class PassRunner {
  readonly records: PassRecord[] = [];
  private readonly lastText = new Map<string, string>();

  constructor(
    private readonly session: Session,
    private readonly options: { readonly printAfter: readonly string[]; readonly verify: boolean },
  ) {}

  run<In, Out>(pass: Pass<In, Out>, input: In, unit: string): Out {
    const start = performance.now();
    const output = pass.run(input, this.session);
    const milliseconds = performance.now() - start;
    this.records.push({ pass: pass.name, unit, milliseconds, text: this.dump(pass, output, unit) });
    if (this.options.verify && !this.session.hasErrors) this.check(pass, output, unit);
    return output;
  }

  private dump<Out>(pass: Pass<never, Out>, output: Out, unit: string): string | null {
    const { printAfter } = this.options;
    if (printAfter.length === 0) return null;
    const text = pass.print(output);
    const unchanged = this.lastText.get(unit) === text;
    this.lastText.set(unit, text);
    if (!printAfter.includes(pass.name) && !printAfter.includes('all')) return null;
    return unchanged ? '(unchanged)' : text;
  }

  private check<Out>(pass: Pass<never, Out>, output: Out, unit: string): void {
    const problems = pass.verify(output);
    if (problems.length > 0) {
      throw new Error(`Internal error: pass ${pass.name} left "${unit}" ill-formed: ${problems.join('; ')}.`);
    }
  }
}
