import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const page = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Bundles page.ts and serves the page on 127.0.0.1: WebGPU wants a secure context, and localhost is one. */
export async function serve(port = 0) {
  const bundle = await build({
    entryPoints: [page('page.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  const files = {
    '/': ['text/html; charset=utf-8', await readFile(page('index.html'))],
    '/page.js': ['text/javascript; charset=utf-8', bundle.outputFiles[0].contents],
  };
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://127.0.0.1').pathname];
    response
      .writeHead(file ? 200 : 404, { 'content-type': file?.[0] ?? 'text/plain' })
      .end(file?.[1] ?? 'not found');
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serve(Number(process.env.PORT ?? 8080));
  console.log(address);
}
