/** `first-plan.ts "EXAMPLE ATTENTION" TOKENS` prints the milliseconds of the first plan of this process. */
import { readExamples } from './read-examples.ts';
import { defaultArrays, measurePlan } from './schedule.ts';

const [name, tokens] = process.argv.slice(2);
const pattern = readExamples(name.split(' ')[0]).find((candidate) => candidate.name === name);
if (!pattern) throw new Error(`there is no example "${name}"`);
const arrays = defaultArrays(pattern.model, Number(tokens));
console.log(measurePlan(pattern.model, arrays, Number(tokens)).first);
