import { codeKey, type CodeCache } from './code-cache.ts';
import type { CudaCompiler, ModuleImage, Nvrtc } from './nvrtc.ts';

/** NVRTC in front of which a cache stands: code is made once a text, device and version of the compiler. */
export class CachedCompiler implements CudaCompiler {
  readonly description: string;
  private readonly compiler: Nvrtc;
  private readonly cache: CodeCache;

  constructor(compiler: Nvrtc, cache: CodeCache) {
    this.compiler = compiler;
    this.cache = cache;
    this.description = `${compiler.description}, code is kept in ${cache.folder}`;
  }

  async compile(code: string, name: string, capability: number): Promise<ModuleImage> {
    const { kind, architecture, options } = this.compiler.jobFor(name, capability);
    const key = codeKey([this.compiler.identity, ...options, name, code]);
    const bytes = this.cache.read(key);
    if (bytes) return { kind, architecture, bytes };
    const image = await this.compiler.compile(code, name, capability);
    this.cache.write(key, image.bytes);
    return image;
  }
}
