import { tmpdir } from 'node:os';
import { requestRaisedDevice } from '../webgpu/request-device.ts';
import { importDawn, messageOf, type DawnModule } from './optional-packages.ts';
import { unpackSwiftShader } from './unpack-swiftshader.ts';
import { hasChosenDriver, hasSystemDriver, loadVulkan } from './vulkan-loader.ts';

export interface AcquireOptions {
  /** Which adapters to look for, `any` by default: hardware first, then software. */
  readonly prefer?: 'any' | 'hardware' | 'software';
  /** False gives the default limits and no optional feature, as on the least device; true by default. */
  readonly raised?: boolean;
}

export interface AcquiredDevice {
  readonly kind: 'hardware' | 'software';
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
  /** The adapter for people: `SwiftShader driver 5.0.0 (software, from npm @sparticuz/chromium 147.0.0)`. */
  readonly description: string;
  /** Destroys the device. The process can end without it. */
  close(): void;
}

/** No adapter: `reason` is a sentence for people that names every way that was tried. */
export interface NoDevice {
  readonly kind: 'none';
  readonly reason: string;
}

/** Writing before reading is the kernels' duty (and tested), so zeroing workgroup memory only costs compile time. */
const DAWN_OPTIONS: readonly string[] = [
  'enable-dawn-features=disable_workgroup_init,allow_unsafe_apis',
  'disable-dawn-features=timestamp_quantization',
];

/** Dawn's objects die with their instance; an instance therefore lives as long as the process. */
const instances: GPU[] = [];

/**
 * A WebGPU device in Node. Tried in this order: a hardware adapter of the machine; SwiftShader out of npm
 * `@sparticuz/chromium` (Linux on x64, no system package needed); a software adapter of the machine. Nothing is thrown
 * where no adapter exists: the answer says why, and the caller falls back openly.
 */
export async function acquireDevice(options: AcquireOptions = {}): Promise<AcquiredDevice | NoDevice> {
  const prefer = options.prefer ?? 'any';
  const reasons: string[] = [];
  const attempt = async (find: () => Promise<AcquiredDevice>): Promise<AcquiredDevice | null> => {
    try {
      return await find();
    } catch (error) {
      reasons.push(messageOf(error));
      return null;
    }
  };
  let dawn: DawnModule;
  try {
    dawn = await importDawn();
  } catch (error) {
    return { kind: 'none', reason: messageOf(error) };
  }
  if (prefer !== 'software') {
    const found = await attempt(() => openSystemAdapter(dawn, 'hardware', options));
    if (found) return found;
  }
  if (prefer !== 'hardware') {
    const found =
      (hasChosenDriver() ? await attempt(() => openSystemAdapter(dawn, 'software', options)) : null) ??
      (await attempt(() => openSwiftShader(dawn, options))) ??
      (await attempt(() => openSystemAdapter(dawn, 'software', options)));
    if (found) return found;
  }
  return { kind: 'none', reason: [...new Set(reasons)].join('; ') };
}

/**
 * A device on Dawn's null backend: it validates everything (shaders with line and column, bind groups, limits; with
 * shader-f16 and subgroups) and executes nothing.
 *
 * @throws {MissingPackageError} when npm `webgpu` is not installed.
 */
export async function acquireNullDevice(
  options: Pick<AcquireOptions, 'raised'> = {},
): Promise<{ device: GPUDevice; adapter: GPUAdapter; close(): void }> {
  const dawn = await importDawn();
  const adapter = await requestAdapter(dawn, ['backend=null', ...DAWN_OPTIONS]);
  if (!adapter) throw new Error('the null backend of npm webgpu offers no adapter');
  const device = await openDevice(adapter, options);
  return { device, adapter, close: () => device.destroy() };
}

async function openSystemAdapter(
  dawn: DawnModule,
  wanted: 'hardware' | 'software',
  options: AcquireOptions,
): Promise<AcquiredDevice> {
  if (!hasSystemDriver()) throw new Error('the machine has no Vulkan driver');
  await loadVulkan();
  const adapter = await withEnvironment(quietEnvironment(), () => requestAdapter(dawn, DAWN_OPTIONS));
  const software = adapter?.info.isFallbackAdapter ?? false;
  if (!adapter || software !== (wanted === 'software'))
    throw new Error(`the machine has no ${wanted} adapter`);
  return describe(adapter, wanted, nameOf(adapter), options);
}

async function openSwiftShader(dawn: DawnModule, options: AcquireOptions): Promise<AcquiredDevice> {
  const files = unpackSwiftShader();
  await loadVulkan();
  const environment = { ...quietEnvironment(), VK_ICD_FILENAMES: files.driver, VK_DRIVER_FILES: undefined };
  const adapter = await withEnvironment(environment, () => requestAdapter(dawn, DAWN_OPTIONS));
  if (!adapter) throw new Error(`SwiftShader of @sparticuz/chromium ${files.version} offers no adapter`);
  return describe(
    adapter,
    'software',
    `${nameOf(adapter)} out of npm @sparticuz/chromium ${files.version}`,
    options,
  );
}

async function describe(
  adapter: GPUAdapter,
  kind: 'hardware' | 'software',
  name: string,
  options: AcquireOptions,
): Promise<AcquiredDevice> {
  const device = await openDevice(adapter, options);
  return { kind, device, adapter, description: `${name} (${kind})`, close: () => device.destroy() };
}

function openDevice(adapter: GPUAdapter, { raised = true }: AcquireOptions): Promise<GPUDevice> {
  return raised ? requestRaisedDevice(adapter) : adapter.requestDevice();
}

async function requestAdapter(dawn: DawnModule, options: readonly string[]): Promise<GPUAdapter | null> {
  const gpu = dawn.create([...options]);
  instances.push(gpu);
  return gpu.requestAdapter({ powerPreference: 'high-performance' });
}

/** Vulkan drivers complain on stderr where this is unset, although nothing here opens a window. */
function quietEnvironment(): Record<string, string> {
  return { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir() };
}

async function withEnvironment<T>(
  values: Record<string, string | undefined>,
  body: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  const assign = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(values)) assign(name, value);
  try {
    return await body();
  } finally {
    for (const [name, value] of before) assign(name, value);
  }
}

function nameOf(adapter: GPUAdapter): string {
  const { description, device, vendor } = adapter.info;
  return description || device || vendor || 'unnamed adapter';
}
