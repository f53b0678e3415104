import fc from 'fast-check';

// Property tests draw the same cases in every run, so that a failure is one of the change at hand and can be repeated.
// SPARSEC_SEED draws others: a number, or `random`.
const seed = process.env.SPARSEC_SEED ?? '20261121';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
