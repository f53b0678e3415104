import type { SourceFileStructure } from 'ts-morph';

/** Statements as ts-morph structures, or text that is put in as it is. */
export type ModuleStatement = Exclude<
  SourceFileStructure['statements'],
  string | Function | undefined
>[number];
