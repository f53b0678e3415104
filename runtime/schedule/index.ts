export { buildRunTable, type RunTableRequest } from './build-run-table.ts';
export { countFalseTiles } from './count-false-tiles.ts';
export { countLivePairs, type PairCount, type PairCountRequest } from './count-live-pairs.ts';
export { printRunTable } from './print-run-table.ts';
export { runTableWords, type RunTable, type ScheduleStatistics } from './run-table.ts';
export { verifyRunTable, type VerifiedTiles } from './verify-run-table.ts';
