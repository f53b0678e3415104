/** What the header of a generated module says. */
export interface LauncherHeader {
  /** Version of sparsec. */
  readonly version: string;
  /** Name of the `.sa` file, without folders: the text must not depend on where it was compiled. */
  readonly sourceName: string;
  /** Hash of the source text. */
  readonly sourceHash: string;
  /** The `///` comment of the attention; may be empty. */
  readonly doc: string;
  /**
   * Files with compiled code beside the module, by architecture: `sm_90a` is in `longformer.sm_90a.cubin`. CUDA only.
   */
  readonly images?: Readonly<Record<string, string>>;
}
