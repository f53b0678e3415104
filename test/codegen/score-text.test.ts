import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/index.ts';

/** The function `logit` of an attention with this score, as a target has it. */
function logit(score: string, target: 'wgsl' | 'cuda', declare = ''): string {
  const text = `attention a { ${declare}\n mask causal\n heads 2\n dim 16\n dtype f16\n score ${score} }`;
  const { units, diagnostics } = compile({ name: 'a.sa', text }, { target, verify: true });
  if (units.length === 0) throw new Error(JSON.stringify(diagnostics));
  const code = units[0].cuda?.cuda.code ?? units[0].descriptor!.wgsl.code;
  return /^(?:fn|SP_DEVICE float) logit\([\s\S]*?^}/m.exec(code)![0];
}

const both = (score: string, declare = ''): string =>
  ['', logit(score, 'wgsl', declare), logit(score, 'cuda', declare), ''].join('\n');

describe('the text of a score', () => {
  it('reads arrays, launch parameters, sizes and the pair', () => {
    const declare = 'input t: float[heads, 9]\n launch x: real in 0.0..1.0\n launch w: int in 1..9';
    expect(both('s * x + t[head, i mod w] / n', declare)).toMatchInlineSnapshot(`
      "
      fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {
        var s = scaled;
        s = s * params.x + read_t(head, floor_mod(i, params.w)) / f32(i32(params.nk));
        return max(s * LOG2_E, DEAD);
      }
      SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {
        s = s * p.x + read_t(p, head, floor_mod(i, p.w)) / float(p.nk);
        return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead
      }
      "
    `);
  });

  it('has a meaning for every function at the ends of f32', () => {
    expect(both('log(s) + log2(s) + exp(s) + exp2(s) + sqrt(s) - abs(s) * -s')).toMatchInlineSnapshot(`
      "
      fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {
        var s = scaled;
        s = log_from_0(s) + log2_from_0(s) + exp(s) + exp2(s) + sqrt(s) - abs(s) * (-s);
        return max(s * LOG2_E, DEAD);
      }
      SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {
        const float total = sp_log2(s) * 0.693147181f + sp_log2(s) + sp_exp2(s * LOG2_E) + sp_exp2(s);
        s = total + sqrtf(s) - fabsf(s) * (-s);
        return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead
      }
      "
    `);
    expect(both('tanh(s) * sigmoid(s) - pow(abs(s), 0.5) / pow(s, 2)')).toMatchInlineSnapshot(`
      "
      fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {
        var s = scaled;
        s = tanh(clamp(s, -15.0, 15.0)) * sigmoid(s) - power(abs(s), 0.5) / (s * s);
        return max(s * LOG2_E, DEAD);
      }
      SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {
        const float product = (1.0f - 2.0f / (1.0f + sp_exp2(s * 2.88539008f))) * (1.0f / (1.0f + sp_exp2(s * -LOG2_E)));
        s = product - power(fabsf(s), 0.5f) / (s * s);
        return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead
      }
      "
    `);
  });

  it('compares the score in f32, and what the host knows in integers', () => {
    expect(both('if s < 0.5 & i - j < n / 3 then min(s, 0.25, 1e-50) else -s')).toMatchInlineSnapshot(`
      "
      fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {
        var s = scaled;
        s = select(-s, min(min(s, 0.25), 0.0), (s < 0.5) & (i - j < params.rounded_1));
        return max(s * LOG2_E, DEAD);
      }
      SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {
        s = (s < 0.5f && i - j < p.rounded_1 ? fminf(fminf(s, 0.25f), 0.0f) : -s);
        return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead
      }
      "
    `);
  });

  it('shares what stands twice', () => {
    expect(both('(s + abs(i - j)) * (1 - s - abs(i - j)) + exp(s + abs(i - j))')).toMatchInlineSnapshot(`
      "
      fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {
        var s = scaled;
        let number = f32(abs(i - j));
        let total = s + number;
        s = total * (1.0 - s - number) + exp(total);
        return max(s * LOG2_E, DEAD);
      }
      SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {
        const float number = float(abs(i - j));
        const float total = s + number;
        s = total * (1.0f - s - number) + sp_exp2(total * LOG2_E);
        return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead
      }
      "
    `);
  });

  it('is what it was where the score stays', () => {
    const code = (score: string) => {
      const text = `attention a { mask causal\n heads 2\n dim 16 ${score} }`;
      return compile({ name: 'a.sa', text }, { verify: true }).units[0].descriptor!.wgsl.code;
    };
    expect(code('score s')).toBe(code(''));
  });
});
