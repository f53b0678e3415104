/** Longest sequence: positions and lengths stay exact in f32 and leave room for sums and small factors in 32 bits. */
export const maxLength = 2 ** 24;

/** Largest batch and layer index. */
export const maxBatch = 2 ** 16;

/** Largest magnitude of the elements of an integer array or list and of a value computed on the host: a difference of two fits. */
export const maxHostInteger = 2 ** 30 - 1;

/** Every integer of a mask lies in minInteger .. maxInteger; the compiler proves it for the declared ranges. */
export const minInteger = -(2 ** 31);
export const maxInteger = 2 ** 31 - 1;
