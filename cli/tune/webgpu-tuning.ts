import { listCandidates, onlyLayout, targets, tunedTargets } from '../../compiler/cost/index.ts';
import type { TunedLayout } from '../../compiler/cost/index.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { chooseKernels } from '../../runtime/launch/choose-kernel.ts';
import type { AcquiredDevice } from '../../runtime/node/index.ts';
import { adapterClass } from '../../runtime/webgpu/request-device.ts';
import type { TuningDevice } from './tuning-device.ts';
import { openWebGpuContender } from './webgpu-contender.ts';

type WgslList = Extract<TunedLayout, { target: 'wgsl' }>['list'];

/** The tables of WGSL on a WebGPU device: those of the class of its adapter. */
export function webGpuTuning(acquired: AcquiredDevice): TuningDevice {
  const { device, description } = acquired;
  const of = adapterClass(device.adapterInfo);
  const table = targets.find((known) => known.class === of)!;
  return {
    description,
    compiler: null,
    listsOf(descriptor, nq) {
      const kernels = chooseKernels(descriptor as AttentionDescriptor, nq, device, of);
      const lists = descriptor.passes.map(({ strategy }, at): WgslList => {
        if (strategy === 'diagonal') return 'diagonal';
        return kernels[at].purpose === 'small-query' ? 'smallQuery' : 'tiled';
      });
      return [...new Set(lists)];
    },
    candidates: (list, _width, range) => listCandidates(table, list as WgslList, range),
    optionsFor: (won, only) => ({ targets: onlyLayout(tunedTargets([table], won), only) }),
    open: (unit, request, tensors) => openWebGpuContender(acquired, unit, request, tensors),
  };
}
