import type { KernelPlan, PlannedPass } from '../../ir/kernel.ts';
import { comment } from '../text.ts';
import type { Block } from '../text.ts';

/** What the module computes, and how each pass finds its keys. */
export function writeTitle({ name, heads, kvHeads, dim, dimV, dtype, passes }: KernelPlan): Block {
  const shared = kvHeads === heads ? '' : ` on ${kvHeads} key and value heads`;
  const width = dim === dimV ? `dim ${dim}` : `dim ${dim}, dim_v ${dimV}`;
  return [
    `// Attention "${name}": ${heads} heads${shared}, ${width}, ${dtype}.`,
    ...(passes.length === 1 ? comment(sentence(describeKeys(passes[0]))) : passes.flatMap(describePass)),
  ];
}

function describePass(pass: PlannedPass): string[] {
  const { reads, writes } = pass.state;
  const words = [
    ...(reads ? ['goes on from the state of the pass before'] : []),
    describeKeys(pass),
    ...(writes ? ['leaves its state to the next pass'] : []),
  ];
  return comment(`Pass "${pass.name}": ${words.join('; ')}.`);
}

function describeKeys({ schedule }: PlannedPass): string {
  switch (schedule.kind) {
    case 'ranges':
      return 'the live keys of a row are one range; key tiles follow from the ranges of the first and the last row';
    case 'table':
      return 'key tiles come from a run table: partial runs evaluate the mask, full runs do not';
    case 'diagonals':
      return 'the keys of a row lie at the distances of a list';
  }
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
