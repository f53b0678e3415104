import type { CudaDescriptor } from '../../runtime/cuda/descriptor.ts';
import type { CudaBuffer, CudaDevice } from '../../runtime/cuda/index.ts';
import { KernelModules } from '../../runtime/cuda/kernel-modules.ts';
import { CudaPlan } from '../../runtime/cuda/plan.ts';
import { TensorMaps } from '../../runtime/cuda/tensor-maps.ts';
import type { TensorName } from '../../runtime/launch/tensor-layout.ts';
import type { Execute } from '../../test/codegen/cuda/check-emulated.ts';

/**
 * Runs launches of one descriptor on a device, as the emulator does: every kernel can be asked for, also one that would
 * not be chosen, and buffers come and go whole, so that writes beside a tensor are seen.
 */
export class DeviceExecutor {
  readonly execute: Execute;
  private readonly modules: KernelModules;

  constructor(device: CudaDevice, descriptor: CudaDescriptor) {
    this.modules = new KernelModules(device, descriptor, {});
    const maps = new TensorMaps(device.driver, descriptor.dtype);
    this.execute = async (launch, buffers) => {
      const module = await this.modules.load();
      const loaded = launch.passes.map((pass) => this.modules.openPass(module, pass));
      const plan = new CudaPlan(device, launch, loaded);
      const names = Object.keys(buffers) as TensorName[];
      const memory = new Map<TensorName, CudaBuffer>();
      try {
        for (const name of names) {
          const buffer = device.allocate(buffers[name].length, name);
          memory.set(name, buffer);
          device.upload(buffer, buffers[name]);
        }
        device.use();
        const addresses = names.map((name) => [name, memory.get(name)!.pointer] as const);
        plan.run(device.stream, Object.fromEntries(addresses), maps);
        const results = {} as Record<TensorName, Uint8Array>;
        for (const name of names) {
          results[name] = new Uint8Array(buffers[name].length);
          await device.download(memory.get(name)!, results[name], device.stream, name);
        }
        return results;
      } finally {
        for (const buffer of memory.values()) buffer.free();
        plan.destroy();
      }
    };
  }

  close(): void {
    this.modules.unload();
  }
}
