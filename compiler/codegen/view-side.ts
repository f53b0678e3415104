/** Whose view of the positions. */
export type Side = 'queries' | 'keys';
