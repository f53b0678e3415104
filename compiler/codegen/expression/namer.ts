/**
 * Makes identifiers of a target language: legal characters, no reserved word, and every name given out once.
 * One namer serves one module; what is declared first keeps its name.
 */
export class Namer {
  private readonly own = new Set<string>();
  private readonly others: ReadonlySet<string>;

  constructor(reserved: ReadonlySet<string>, taken: Iterable<string> = []) {
    this.others = new Set([...reserved, ...taken]);
  }

  /** A legal, unused identifier as close to `wish` as possible: `ids`, `from_` for a reserved word, `ids_2`. */
  name(wish: string): string {
    const base = legalise(wish);
    let candidate = this.others.has(base) ? `${base}_` : base;
    for (let count = 2; this.own.has(candidate) || this.others.has(candidate); count++) {
      candidate = `${base}_${count}`;
    }
    this.own.add(candidate);
    return candidate;
  }

  /** A namer for an inner scope: it avoids all names of this one, and its names are free again outside. */
  scope(): Namer {
    return new Namer(this.others, this.own);
  }
}

/** ASCII letters, digits and single underscores, starting with a letter. */
function legalise(wish: string): string {
  const ascii = wish
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '');
  return /^[A-Za-z]/.test(ascii) ? ascii : `x${ascii}`;
}
