/** Cuts pieces out of a failing text, large ones first, as long as what is left fails too. */
export function shrinkText(failing: string, fails: (shorter: string) => boolean, budget = 400): string {
  let current = failing;
  let asked = 0;
  for (let size = current.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < current.length && asked < budget; asked++) {
      const shorter = current.slice(0, at) + current.slice(at + size);
      if (fails(shorter)) current = shorter;
      else at += size;
    }
  }
  return current;
}
