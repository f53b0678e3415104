import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
import { format } from 'prettier/standalone';
import type { Plugin } from 'prettier';
import { PRINT_WIDTH } from './print-literal.ts';

/** Sets a module with fixed options, whatever the project around it configures. */
export async function formatModule(text: string): Promise<string> {
  return format(text, {
    parser: 'babel-ts',
    plugins: [babel, estree as Plugin],
    printWidth: PRINT_WIDTH,
    singleQuote: true,
    trailingComma: 'all',
  });
}
