import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../cli/explain-unit.ts';
import { sparsec } from './test-terminal.ts';

async function explain(stdin: string, ...argv: string[]): Promise<Explanation> {
  const { code, stdout, stderr } = await sparsec(['explain', '-', '--format', 'json', ...argv], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const attention = (mask: string, heads = 1) =>
  `attention a {\n  mask ${mask}\n  heads ${heads}\n  dim 64\n}\n`;

describe('explain', () => {
  it.each([1, 63, 64, 65, 257, 1000])('counts causal pairs and tiles exactly at n = %d', async (n) => {
    const found = await explain(attention('causal'), '--n', String(n));
    const { queries, keys } = found.tile;
    const tiles = { full: 0, partial: 0, all: 0 };
    for (let top = 0; top < n; top += queries) {
      for (let left = 0; left < n; left += keys) {
        tiles.all++;
        // A tile that hangs over the end of the keys is never full.
        if (left + keys - 1 <= top && left + keys <= n) tiles.full++;
        else if (left <= Math.min(top + queries, n) - 1) tiles.partial++;
      }
    }
    expect(found).toMatchObject({
      live_pairs: (n * (n + 1)) / 2,
      live_pairs_exact: true,
      density: (n + 1) / (2 * n),
      full_tiles: tiles.full,
      partial_tiles: tiles.partial,
      all_tiles: tiles.all,
      bound: tiles.all / (tiles.full + tiles.partial),
      schedule: 'ranges',
    });
    expect(found.runs).toBe(found.full_runs + found.partial_runs);
    expect(found.visited_pairs).toBeGreaterThanOrEqual(found.live_pairs);
    expect(found.schedule_ms).toBeGreaterThanOrEqual(0);
  });

  it('says why there is a table', async () => {
    const found = await explain(
      attention('window(each: 16) | columns(every: 64, at: 0..<1)'),
      '--n',
      '300',
      '--no-split',
    );
    expect(found.schedule).toBe('table');
    expect(found.why).toContain('derived at launch');
    let live = 0;
    for (let i = 0; i < 300; i++)
      for (let j = 0; j < 300; j++) if (Math.abs(i - j) <= 16 || j % 64 === 0) live++;
    expect(found.live_pairs).toBe(live);
  });

  it('says what becomes of q.k, in the order in which it is computed', async () => {
    const scores = async (fields: string) =>
      (await explain(attention('causal').replace('heads', `${fields}\n  heads`), '--n', '40')).scores;
    expect(await scores('softcap 30')).toEqual(['s = q.k * 0.125, 30 tanh(s / 30): softmax']);
    expect(await scores('scale 0.5\n  normalize relu2')).toEqual(['s = q.k * 0.5: relu2, no denominator']);
    expect(await scores('score s - 0.5 * (i - j)')).toEqual([
      's = q.k * 0.125, then s becomes s - 0.5 * real(i - j): softmax',
    ]);
    const sinks = 'input sinks: float[heads] = random(density: 1.0, seed: 1)\n  sink logit(sinks)';
    const stdin = attention('causal').replace('heads', `${sinks}\n  heads`);
    const { stdout } = await sparsec(['explain', '-', '--n', '40'], { stdin });
    expect(stdout).toContain('\nscores: s = q.k * 0.125: softmax, exp(sinks[head]) in the denominator\n');
  });

  it('has a group for each set of heads with equal masks', async () => {
    const mask = 'by head { 0..<3: causal & window(keys: 8); else: causal }';
    const found = await explain(attention(mask, 4), '--n', '100');
    expect(found.groups.map(({ head_indices }) => head_indices)).toEqual([[0, 1, 2], [3]]);
    expect(found.groups.map(({ live_pairs }) => live_pairs)).toEqual([3 * (100 * 8 - 28), 5050]);
    expect(found.live_pairs).toBe(3 * (100 * 8 - 28) + 5050);
  });

  it('counts nothing for an empty plane of pairs', async () => {
    const found = await explain(
      attention('window(back: 3, ahead: 0)'),
      '--nq',
      '4',
      '--nk',
      '8',
      '--q-at',
      '100',
    );
    expect(found).toMatchObject({ live_pairs: 0, visited_pairs: 0, runs: 0, bound: null });
  });

  it('marks an estimate, close to the truth', async () => {
    const n = 65536;
    const found = await explain(attention('stride(7) & columns(every: 5, at: 0..<1)'), '--n', String(n));
    expect(found.live_pairs_exact).toBe(false);
    let live = 0;
    for (let j = 0; j < n; j += 5) live += Math.floor((n - 1 - (j % 7)) / 7) + 1;
    expect(Math.abs(found.live_pairs / live - 1)).toBeLessThan(0.05);
  });

  it.each(['merge', 'concat'])('counts the pairs of every attend of a %s', async (combine) => {
    const stdin = `attention two {
      let near = attend(q, k, v, mask: causal & window(keys: 4))
      let all = attend(q, k, v, mask: causal)
      heads 2
      dim 16
      return ${combine}(near, all)
    }`;
    const { stdout } = await sparsec(['explain', '-', '--n', '100', '--format', 'json'], { stdin });
    const found = JSON.parse(stdout) as { live_pairs: number; density: number; visited_pairs: number };
    const live = 2 * (100 * 4 - 6 + 5050);
    expect(found).toMatchObject({ live_pairs: live, density: live / (2 * 2 * 100 * 100) });
    expect(found.visited_pairs).toBeGreaterThanOrEqual(live);
  });

  it('says which rows are parted and which keys are packed', async () => {
    const text = `attention a {
  input active: bits[n] = random(density: 0.3, seed: 5)
  mask active[i] & active[j]
  heads 1
  dim 64
}
`;
    const { stdout } = await sparsec(['explain', '-', '--n', '1000'], { stdin: text });
    expect(stdout).toContain('; keys are packed; rows are parted: those that take part come first\n');
    const { stdout: json } = await sparsec(['explain', '-', '--n', '1000', '--format', 'json'], {
      stdin: text,
    });
    const { passes } = JSON.parse(json) as Explanation;
    expect(passes[0].tile).toEqual({
      queries: expect.stringMatching(/^\d+ parted$/),
      keys: expect.stringMatching(/^\d+ listed$/),
    });
  });

  it('prints a table for people', async () => {
    const stdin = attention('causal & window(keys: 100)');
    const { stdout } = await sparsec(['explain', '-', '--n', '1000'], { stdin });
    expect(stdout).toMatch(/^a: 1000 queries x 1000 keys, tiles of \d+ x \d+ \(\w+\)\n/);
    expect(stdout).toMatch(/^live pairs +95 050$/m);
    expect(stdout).toMatch(/^bound over dense +\d+\.\d\d x$/m);
    expect(stdout).toMatch(/^schedule by ranges: /m);
  });
});
