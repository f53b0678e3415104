import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const types: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

const folder = new URL('../', import.meta.url);

/**
 * Serves the bundled page and the files of the peers on 127.0.0.1 (WebGPU wants a secure context). The headers isolate
 * the page, which onnxruntime-web's WebAssembly asks for.
 */
export async function servePage(): Promise<{ readonly address: string; readonly close: () => void }> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('webgpu/page.ts', folder))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    external: ['/node_modules/*'],
  });
  const page = '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>';
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const send = (status: number, type: string, body: string | Uint8Array) =>
      response
        .writeHead(status, {
          'content-type': type,
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        })
        .end(body);
    if (pathname === '/') return send(200, 'text/html', page);
    if (pathname === '/page.js') return send(200, 'text/javascript', bundle.outputFiles[0].contents);
    if (!pathname.startsWith('/node_modules/')) return send(404, 'text/plain', 'not found');
    return readFile(new URL(`.${pathname}`, folder)).then(
      (body) => send(200, types[extname(pathname)] ?? 'application/octet-stream', body),
      () => send(404, 'text/plain', 'not found'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
