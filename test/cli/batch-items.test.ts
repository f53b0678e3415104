import { describe, expect, it } from 'vitest';
import { sparsec } from './test-terminal.ts';

/** Item 0 has two documents of two tokens, item 1 one of four. */
const stdin = 'pattern documents(ids: int[batch, n]) = same(ids)\n';
const arrays = ['--array', 'ids=[[0, 0, 1, 1], [5, 5, 5, 5]]', '--n', '4', '--batch', '2'];

const run = (command: string, ...argv: string[]) => sparsec([command, '-', ...arrays, ...argv], { stdin });

describe('--batch and --item', () => {
  it('print the mask of one batch item', async () => {
    const first = await run('mask', '--format', 'text');
    const second = await run('mask', '--format', 'text', '--item', '1');
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('11..\n11..\n..11\n..11') });
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('1111\n1111\n1111\n1111') });
  });

  it('count and draw what one batch item computes', async () => {
    const counts = await Promise.all(
      ['0', '1'].map(async (item) => {
        const { stdout } = await run('explain', '--format', 'json', '--heads', '2', '--item', item);
        return JSON.parse(stdout) as { live_pairs: number; visited_pairs: number; heads: number };
      }),
    );
    expect(counts.map(({ live_pairs, heads }) => live_pairs / heads)).toEqual([8, 16]);
    const drawn = await Promise.all([[], ['--tiles']].map((more) => run('draw', '--item', '1', ...more)));
    expect(drawn.map(({ stdout }) => stdout)).toEqual([
      expect.stringContaining('full 16, partial 0, empty 0'),
      expect.stringContaining('visited / live 1.00'),
    ]);
    const keys = await run('draw', '--item', '1', '--query', '0');
    expect(keys.stdout).toContain('4 keys');
  });

  it('have to fit each other', async () => {
    expect(await run('mask', '--item', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--item 2 needs a --batch of 3 or more, not 2'),
    });
    const { code, stderr } = await sparsec(['mask', '-', '--n', '4', '--item', '-1'], { stdin });
    expect([code, stderr]).toEqual([2, expect.stringContaining('It must not be negative.')]);
  });
});
