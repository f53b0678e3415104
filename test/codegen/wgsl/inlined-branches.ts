/**
 * The branches of an entry point of a WGSL module when every call is inlined, as SwiftShader does: a block of SPIR-V each.
 * Its compiler asks of every loop whether a path leads from its body back to its head, and takes time that is exponential
 * in branches that stand one after another inside of it.
 */
export function inlinedBranches(code: string, entryPoint: string): number {
  const bodies = new Map(
    [...code.matchAll(/^(?:@compute.* )?fn (\w+)\([^{]*\{$(.*?)^\}$/gms)].map(([, name, body]) => [
      name,
      body,
    ]),
  );
  const known = new Map<string, number>();
  const count = (name: string): number => {
    const body = bodies.get(name);
    if (body === undefined) return 0;
    const before = known.get(name);
    if (before !== undefined) return before;
    const own = body.match(/&&|\|\||\b(?:if|for|while|loop|switch)\b/g)?.length ?? 0;
    const called = [...body.matchAll(/\b(\w+)\(/g)].reduce((sum, [, callee]) => sum + count(callee), 0);
    known.set(name, own + called);
    return own + called;
  };
  if (!bodies.has(entryPoint)) throw new Error(`There is no function ${entryPoint}.`);
  return count(entryPoint);
}
