import { create, globals } from 'webgpu';
import { acquireDevice } from '../../../runtime/node/acquire-device.ts';

Object.assign(globalThis, globals);

let software: Promise<GPUDevice> | null = null;
let validating: Promise<GPUDevice> | null = null;

/** SwiftShader, one device for all tests of a file. */
export function softwareDevice(): Promise<GPUDevice> {
  software ??= acquireDevice({ prefer: 'software' }).then((found) => {
    if (found.kind === 'none') throw new Error(found.reason);
    return found.device;
  });
  return software;
}

/** Dawn's null backend: Tint validates, nothing runs; f16 and subgroups are there. */
export function nullDevice(): Promise<GPUDevice> {
  validating ??= openNullDevice();
  return validating;
}

/** Dawn's objects die with their instance, so it is kept. */
const instances: GPU[] = [];

async function openNullDevice(): Promise<GPUDevice> {
  const gpu = create(['backend=null']);
  instances.push(gpu);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('Dawn has no null backend');
  return adapter.requestDevice({
    requiredFeatures: ['shader-f16'],
  });
}

/** The messages of the shader compiler and of pipeline creation, for every entry point. */
export async function validate(
  device: GPUDevice,
  code: string,
  entryPoints: readonly string[],
): Promise<string[]> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const info = await module.getCompilationInfo();
  const messages = info.messages.map(
    ({ type, lineNum, linePos, message }) => `${type} ${lineNum}:${linePos} ${message}`,
  );
  for (const entryPoint of entryPoints) {
    device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint } });
  }
  const error = await device.popErrorScope();
  return error === null ? messages : [...messages, error.message];
}
