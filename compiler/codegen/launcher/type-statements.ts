import { StructureKind, type MethodSignatureStructure, type PropertySignatureStructure } from 'ts-morph';
import type { OptionalKind } from 'ts-morph';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import { arrayDoc, arrayType, docComment, parameterDoc, shapeOf, summaryOf } from './describe-names.ts';
import type { ModuleStatement } from './module-statement.ts';

type Property = OptionalKind<PropertySignatureStructure>;
type Method = OptionalKind<MethodSignatureStructure>;

const LSE = '[batch, heads, nq], f32: log of the sum of exponentials, -Infinity for rows without a live key.';

/** The types of the module and `create`; every field carries its comment from the source. */
export function typeStatements(descriptor: AttentionDescriptor, doc: string): readonly ModuleStatement[] {
  const f16 = descriptor.dtype === 'f16';
  const elements = f16 ? 'Uint16Array' : 'Float32Array';
  const hasLse = descriptor.outputs.includes('lse');
  const tensor = (name: 'q' | 'k' | 'v' | 'out', type: string): Property =>
    property(name, type, `${shapeOf(descriptor, name)} by default.`);
  return [
    interfaceOf('Sizes', 'Lengths of one launch.', [
      property('batch', 'number', '1 by default.', true),
      property('nq', 'number', 'Query rows.'),
      property('nk', 'number', 'Keys.'),
    ]),
    ...parameterStatements(descriptor),
    ...arrayStatements(descriptor),
    planRequest(descriptor),
    forwardOptions(),
    interfaceOf('Tensors', `Typed arrays${f16 ? ' of f16 bit patterns' : ''}.`, [
      tensor('q', elements),
      tensor('k', elements),
      tensor('v', elements),
    ]),
    interfaceOf('Outputs', 'New arrays in the layout of the request.', [
      tensor('out', elements),
      ...(hasLse ? [property('lse', 'Float32Array', LSE)] : []),
    ]),
    interfaceOf(
      'Buffers',
      `GPU buffers of ${descriptor.dtype} with the usage STORAGE; the outputs are written.`,
      [
        ...(['q', 'k', 'v', 'out'] as const).map((name) => tensor(name, 'GpuTensor')),
        ...(hasLse ? [property('lse', 'GpuTensor', LSE)] : []),
      ],
    ),
    attentionInterface(descriptor, doc),
    {
      kind: StructureKind.Function,
      name: 'create',
      isExported: true,
      docs: [`Makes ${descriptor.name} ready on a device, which stays the caller's.`],
      parameters: [
        { name: 'device', type: 'GPUDevice' },
        { name: 'options', type: 'AttentionOptions', hasQuestionToken: true },
      ],
      returnType: 'Attention',
      statements: 'return createAttention(device, descriptor, options) as Attention;',
    },
  ];
}

function parameterStatements({ launch }: AttentionDescriptor): readonly ModuleStatement[] {
  if (launch.length === 0) return [];
  const fields = launch.map((parameter) =>
    property(parameter.name, 'number', parameterDoc(parameter), parameter.default !== null),
  );
  return [recordOf('Parameters', 'Launch parameters.', fields)];
}

function arrayStatements({ inputs }: AttentionDescriptor): readonly ModuleStatement[] {
  if (inputs.length === 0) return [];
  const fields = inputs.map((array) => property(array.name, arrayType(array), arrayDoc(array)));
  return [recordOf('Arrays', 'Host arrays, nested or flat in row-major order.', fields)];
}

function planRequest({ launch, inputs }: AttentionDescriptor): ModuleStatement {
  const optional = launch.every((parameter) => parameter.default !== null);
  return interfaceOf(
    'PlanRequest',
    'What a plan is made for.',
    [
      property('layer', 'number', 'Index of the layer, 0 by default.', true),
      ...(launch.length > 0 ? [property('launch', 'Parameters', 'Launch parameters.', optional)] : []),
      ...(inputs.length > 0 ? [property('arrays', 'Arrays', 'Host arrays.')] : []),
    ],
    [],
    ['Sizes', 'LayoutOptions'],
  );
}

function forwardOptions(): ModuleStatement {
  return interfaceOf(
    'ForwardOptions',
    'A plan, or what to make one from. Typed arrays tell nq and nk by their lengths, GPU buffers do not.',
    [
      property('plan', 'Plan', 'Made by `plan` of the same attention.', true),
      property('time', 'boolean', 'Measure the time on the GPU.', true),
    ],
    [],
    ['Partial<PlanRequest>'],
  );
}

function attentionInterface(descriptor: AttentionDescriptor, doc: string): ModuleStatement {
  const { inputs, launch } = descriptor;
  const needsOptions = inputs.length > 0 || launch.some((parameter) => parameter.default === null);
  return interfaceOf(
    'Attention',
    summaryOf(descriptor, doc),
    [],
    [
      method(
        'plan',
        'Promise<Plan>',
        'Derives the schedule and puts it on the device, to be used again and again.',
        {
          request: 'PlanRequest',
        },
      ),
      method('forward', 'Promise<Outputs & ForwardReport>', 'Runs on typed arrays.', {
        tensors: 'Tensors',
        [needsOptions ? 'options' : 'options?']: 'ForwardOptions',
      }),
      method('forward', 'Promise<ForwardReport>', 'Submits on buffers of the caller.', {
        buffers: 'Buffers',
        options: 'ForwardOptions',
      }),
      method(
        'encode',
        'void',
        "Records into the caller's encoder. The plan must live until the submission.",
        {
          encoder: 'GPUCommandEncoder',
          plan: 'Plan',
          buffers: 'Buffers',
          'timestampWrites?': 'GPUComputePassTimestampWrites',
        },
      ),
      method('destroy', 'void', 'Frees the plans.', {}),
    ],
  );
}

function interfaceOf(
  name: string,
  doc: string,
  properties: Property[],
  methods: Method[] = [],
  bases: string[] = [],
): ModuleStatement {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: [doc],
    extends: bases,
    properties,
    methods,
  };
}

/** An alias, since an interface has no index signature and would not fit the records that the runtime takes. */
function recordOf(name: string, doc: string, fields: readonly Property[]): ModuleStatement {
  const members = fields.map(({ docs = [], name: field, hasQuestionToken, type }) => {
    const comment = docComment(docs.map(String).join('\n'));
    return `${comment}\nreadonly ${field}${hasQuestionToken ? '?' : ''}: ${String(type)};`;
  });
  return {
    kind: StructureKind.TypeAlias,
    name,
    isExported: true,
    docs: [doc],
    type: `{\n${members.join('\n')}\n}`,
  };
}

function property(name: string, type: string, doc: string, optional = false): Property {
  return { name, type, docs: [doc], hasQuestionToken: optional, isReadonly: true };
}

function method(
  name: string,
  returnType: string,
  doc: string,
  parameters: Readonly<Record<string, string>>,
): Method {
  return {
    name,
    returnType,
    docs: [doc],
    parameters: Object.entries(parameters).map(([parameter, type]) => ({
      name: parameter.replace('?', ''),
      type,
      hasQuestionToken: parameter.endsWith('?'),
    })),
  };
}
