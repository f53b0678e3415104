import { cudaTargets, listCudaCandidates, onlyLayout, tunedCudaTargets } from '../../compiler/cost/index.ts';
import type { TunedLayout } from '../../compiler/cost/index.ts';
import type { CudaDescriptor } from '../../runtime/cuda/descriptor.ts';
import type { AcquiredCuda } from '../../runtime/cuda/index.ts';
import { openCudaContender } from './cuda-contender.ts';
import type { TuningDevice } from './tuning-device.ts';

type CudaList = Extract<TunedLayout, { target: 'cuda' }>['list'];

/** The tables of the CUDA families that a GPU runs. */
export function cudaTuning(acquired: AcquiredCuda): TuningDevice {
  const { device, description } = acquired;
  const isHopper = device.properties.capability === 90;
  const tables = cudaTargets.filter((table) => isHopper || table.class !== 'cuda-sm90a');
  return {
    description,
    // Without the path of the library.
    compiler: device.compiler?.description.replace(/ \(.*/s, '') ?? null,
    listsOf(given, nq) {
      const { passes } = given as CudaDescriptor;
      const lists = passes.map(({ strategy, kernels }): CudaList => {
        if (strategy === 'diagonal') return 'diagonal';
        const isFew = kernels.some(({ purpose, tile }) => purpose === 'small-query' && nq <= tile.queries);
        return isFew ? 'smallQuery' : 'tiles';
      });
      return [...new Set(lists)];
    },
    candidates: (list, width, range) => {
      // The family that the device prefers goes first: its first layout is what the others are compared with.
      const preferred = [...tables].reverse();
      return preferred.flatMap((table) => listCudaCandidates(table, list as CudaList, width, range));
    },
    optionsFor: (won, only) => ({ cudaTargets: onlyLayout(tunedCudaTargets(tables, won), only) }),
    open: (unit, request, tensors) => openCudaContender(acquired, unit, request, tensors),
  };
}
