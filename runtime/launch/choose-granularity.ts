export { chooseGranularity } from '../schedule/choose-granularity.ts';
