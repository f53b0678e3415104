/** Serves the page on 127.0.0.1; any free port by default. */
export function serve(port?: number): Promise<{ readonly address: string; close(): void }>;
