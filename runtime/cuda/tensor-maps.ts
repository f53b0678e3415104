import type { TensorLayout } from '../launch/tensor-layout.ts';
import type { CudaDescriptor, TensorBox } from './descriptor.ts';
import { tensorMap } from './driver/constants.ts';
import type { Driver } from './driver/driver.ts';

/** Bytes of a CUtensorMap, and the alignment that the driver asks of the memory it is written to. */
const MAP_BYTES = 128;
const MAP_ALIGNMENT = 64;
/** Maps kept at once; the longest unused one is dropped. */
const CAPACITY = 64;

/**
 * Tensor maps by address, layout and box: 128 bytes that the driver encodes and a kernel hands to its TMA copies. A map
 * holds the address of its tensor, so it is good as long as tensors of that shape come at that address.
 */
export class TensorMaps {
  private readonly driver: Driver;
  private readonly dtype: CudaDescriptor['dtype'];
  private readonly maps = new Map<string, Uint8Array>();
  private readonly scratch: Uint8Array;

  constructor(driver: Driver, dtype: CudaDescriptor['dtype']) {
    this.driver = driver;
    this.dtype = dtype;
    const room = new Uint8Array(MAP_BYTES + MAP_ALIGNMENT);
    const misaligned = Number(driver.koffi.address(room) % BigInt(MAP_ALIGNMENT));
    const start = (MAP_ALIGNMENT - misaligned) % MAP_ALIGNMENT;
    this.scratch = room.subarray(start, start + MAP_BYTES);
  }

  /** The context must be current. @throws {CudaError} naming the tensor, its shape and its box. */
  get(pointer: bigint, layout: TensorLayout, box: TensorBox): Uint8Array {
    const { strides, batch, heads, rows, dim } = layout;
    const key = [
      pointer,
      batch,
      heads,
      rows,
      dim,
      strides.batch,
      strides.head,
      strides.row,
      box.rows,
      box.panel,
    ];
    const name = key.join(' ');
    const map = this.maps.get(name) ?? this.encode(pointer, layout, box);
    this.maps.delete(name);
    this.maps.set(name, map);
    if (this.maps.size > CAPACITY) this.maps.delete(this.maps.keys().next().value!);
    return map;
  }

  private encode(pointer: bigint, layout: TensorLayout, { tensor, rows, panel }: TensorBox): Uint8Array {
    const { strides, elementBytes } = layout;
    if (layout.dim % panel !== 0)
      throw new Error(`${tensor} has rows of ${layout.dim}, no multiple of ${panel}`);
    const panels = layout.dim / panel;
    const bytes = (elements: number): bigint => BigInt(elements * elementBytes);
    const dims = [panel, layout.rows, panels, layout.heads, layout.batch];
    const outer = [strides.row, panel, strides.head, strides.batch];
    const box = [panel, rows, panels, 1, 1];
    const swizzled = (panel * elementBytes) as 64 | 128;
    this.driver.call(
      'cuTensorMapEncodeTiled',
      `${tensor} (dimensions ${dims.join(' x ')}, strides ${outer.join(', ')}, box ${box.join(' x ')})`,
      this.scratch,
      tensorMap.dataType[this.dtype],
      dims.length,
      pointer,
      BigUint64Array.from(dims, BigInt),
      // A tensor of one head or batch item may have any stride there, TMA wants a positive one.
      BigUint64Array.from(outer, (stride) => bytes(stride === 0 ? panel : stride)),
      Uint32Array.from(box),
      Uint32Array.from(dims, () => 1),
      0,
      tensorMap.swizzle[swizzled],
      tensorMap.l2Promotion256,
      0,
    );
    return this.scratch.slice();
  }
}
