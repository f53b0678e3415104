import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printCatalogue } from '../compiler/diagnostics/print-catalogue.ts';

const path = fileURLToPath(new URL('../docs/diagnostics.md', import.meta.url));
writeFileSync(path, printCatalogue());
console.log(`wrote ${path}`);
