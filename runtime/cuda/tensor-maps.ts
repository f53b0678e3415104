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

  private encode(pointer: bigint, layout: TensorLayout, box: TensorBox): Uint8Array {
    const { dataType, dims, strides, extents, swizzle, promotion } = mapArguments(this.dtype, layout, box);
    this.driver.call(
      'cuTensorMapEncodeTiled',
      `${box.tensor} (dimensions ${dims.join(' x ')}, strides ${strides.map((count) => count / layout.elementBytes).join(', ')}, box ${extents.join(' x ')})`,
      this.scratch,
      dataType,
      dims.length,
      pointer,
      BigUint64Array.from(dims, BigInt),
      BigUint64Array.from(strides, BigInt),
      Uint32Array.from(extents),
      Uint32Array.from(dims, () => 1),
      0,
      swizzle,
      promotion,
      0,
    );
    return this.scratch.slice();
  }
}

/** What cuTensorMapEncodeTiled is called with for a box of a tensor, beside its address; strides in bytes. */
export function mapArguments(
  dtype: CudaDescriptor['dtype'],
  layout: TensorLayout,
  { rows, panel }: TensorBox,
) {
  const { strides, elementBytes } = layout;
  const swizzled = (panel * elementBytes) as 64 | 128;
  return {
    dataType: tensorMap.dataType[dtype],
    dims: [layout.dim, layout.rows, layout.heads, layout.batch],
    // A tensor of one head or batch item may have any stride there, TMA wants a positive one.
    strides: [strides.row, strides.head, strides.batch].map(
      (stride) => (stride === 0 ? panel : stride) * elementBytes,
    ),
    extents: [panel, rows, 1, 1],
    swizzle: tensorMap.swizzle[swizzled],
    promotion: tensorMap.l2Promotion256,
  };
}
