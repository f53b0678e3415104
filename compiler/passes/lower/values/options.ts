/** How a specification is lowered: what the command line, or a caller of `compile`, says beside the text. */
export interface LowerOptions {
  /** The fields of the attention that a plain pattern is compiled as. */
  readonly defaults: {
    readonly heads: number;
    readonly kvHeads: number;
    readonly dim: number;
    readonly dimV: number;
    readonly dtype: 'f32' | 'f16' | 'bf16';
    readonly layout: 'bhnd' | 'bnhd';
  };
  /**
   * Values by name: parameters of the selected pattern; of attentions the defaults of launch parameters and the values
   * of `let` constants. A name that nothing has is an error.
   */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Compile this pattern, even where the file has attentions. */
  readonly pattern?: string;
  /** Compile this attention only. */
  readonly attention?: string;
  /**
   * The parsed content of `table("path")` as the file `from` sees it; undefined where there is none, the
   * SyntaxError where it is not JSON.
   */
  readonly tables: (path: string, from: string) => unknown;
}

export type Setting = number | boolean | readonly number[];
