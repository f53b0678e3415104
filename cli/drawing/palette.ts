import type { Sample } from './panel.ts';

/** Colours of cells on white, red, green, blue: darker is more, and orange is work that nothing asked for. */
export const palette: Readonly<Record<Sample, readonly [number, number, number]>> = {
  vain: [0xf9, 0xc8, 0x8a],
  low: [0xc7, 0xd7, 0xf5],
  middle: [0x97, 0xb4, 0xea],
  high: [0x5b, 0x84, 0xd8],
  full: [0x24, 0x56, 0xb8],
  mark: [0xd6, 0x2d, 0x20],
};

export function hex([red, green, blue]: readonly [number, number, number]): string {
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
