import { bfloatToNumber, numberToBfloat } from '../../cli/formats/bfloat.ts';
import { randomNormal } from '../../cli/run/random-tensor.ts';
import type { CudaBuffer, CudaDevice } from '../../runtime/cuda/index.ts';

/** Numbers that are drawn; an odd count, so that rows of no tensor repeat in step with it. */
const DRAWN = 2 ** 21 - 9;

/** Normal numbers in bf16, drawn once and repeated: hundreds of megabytes would take the host minutes to draw. */
export class RandomSource {
  private readonly bits = Uint16Array.from(randomNormal(DRAWN, 1), numberToBfloat);

  /** Fills memory of `count` elements; tensors that start elsewhere (`shift`) differ. */
  fill(device: CudaDevice, memory: CudaBuffer, count: number, shift: number): void {
    for (let at = 0; at < count;) {
      const from = (at + shift) % DRAWN;
      const length = Math.min(DRAWN - from, count - at);
      device.upload(memory.part(at * 2, length * 2), this.bits.subarray(from, from + length));
      at += length;
    }
  }

  /** The elements `begin .. begin + count - 1` of a tensor that was filled with `shift`. */
  numbers(begin: number, count: number, shift: number): Float64Array {
    return Float64Array.from({ length: count }, (_, at) =>
      bfloatToNumber(this.bits[(begin + at + shift) % DRAWN]),
    );
  }
}
