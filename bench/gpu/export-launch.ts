import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CudaPlan } from '../../runtime/cuda/index.ts';
import type { ModuleImage } from '../../runtime/cuda/nvrtc.ts';
import { mapArguments } from '../../runtime/cuda/tensor-maps.ts';

/** A launch as ./peers/driver.py makes it: everything but the addresses of tensors. Bytes are base64. */
interface ExportedLaunch {
  /** The file of the code, beside this one. */
  readonly code: string;
  readonly arena: string;
  readonly floats: string;
  readonly state_bytes: number;
  readonly passes: readonly ExportedPass[];
}

interface ExportedPass {
  readonly kernel: string;
  readonly blocks: readonly [x: number, y: number];
  readonly threads: number;
  readonly shared_bytes: number;
  readonly params: string;
  /** Where in the parameters the address of a tensor or of a table goes. */
  readonly pointers: readonly { readonly offset: number; readonly of: string }[];
  /** Where a tensor map goes, and what cuTensorMapEncodeTiled is called with for it. */
  readonly maps: readonly ({ readonly offset: number; readonly tensor: string } & ReturnType<
    typeof mapArguments
  >)[];
}

/** Writes `NAME.json` and `NAME.code`, so that another process can launch the plan on memory of its own. */
export function exportLaunch(
  folder: string,
  name: string,
  plan: Pick<CudaPlan, 'launch' | 'passes'>,
  image: ModuleImage,
): void {
  const { descriptor, layouts, paramsLayout, arena, floats, stateBytes, passes } = plan.launch;
  const code = `${name}.code`;
  const content: ExportedLaunch = {
    code,
    arena: base64(arena),
    floats: base64(floats),
    state_bytes: stateBytes,
    passes: passes.flatMap(({ kernel, entry, merge, params }, at) => {
      const steps = [
        {
          name: entry,
          blocks: plan.passes[at].blocks,
          threads: kernel.threads,
          sharedBytes: kernel.sharedBytes,
        },
        ...(merge ? [{ ...merge, sharedBytes: 0 }] : []),
      ];
      return steps.map((step) => ({
        kernel: step.name,
        blocks: step.blocks,
        threads: step.threads,
        shared_bytes: step.sharedBytes,
        params: base64(params),
        pointers: paramsLayout.fields.flatMap(({ field: { source }, offset }) =>
          source.kind === 'pointer' ? [{ offset, of: source.of }] : [],
        ),
        maps: paramsLayout.fields.flatMap(({ field: { source }, offset }) => {
          if (source.kind !== 'tensor-map') return [];
          const { tensor } = source;
          const box = kernel.boxes.find((known) => known.tensor === tensor);
          return box ? [{ offset, tensor, ...mapArguments(descriptor.dtype, layouts[tensor], box) }] : [];
        }),
      }));
    }),
  };
  writeFileSync(join(folder, code), image.bytes);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
}

function base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');
}
