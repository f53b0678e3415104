import { StructureKind, type MethodSignatureStructure, type PropertySignatureStructure } from 'ts-morph';
import type { OptionalKind } from 'ts-morph';
import type { AttentionModel } from '../../../runtime/descriptor.ts';
import { arrayDoc, arrayType, docComment, parameterDoc, shapeOf, summaryOf } from './describe-names.ts';
import { targetOf, type LauncherDescriptor, type LauncherTarget } from './launcher-target.ts';
import type { ModuleStatement } from './module-statement.ts';

type Property = OptionalKind<PropertySignatureStructure>;
type Method = OptionalKind<MethodSignatureStructure>;

const LSE = '[batch, heads, nq], f32: log of the sum of exponentials, -Infinity for rows without a live key.';

/** The types of the module and `create`; every field carries its comment from the source. */
export function typeStatements(
  descriptor: LauncherDescriptor,
  doc: string,
  hasImages: boolean,
): readonly ModuleStatement[] {
  const target = targetOf(descriptor);
  const { dtype } = descriptor;
  const elements = dtype === 'f32' ? 'Float32Array' : 'Uint16Array';
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
    forwardOptions(target),
    interfaceOf('Tensors', `Typed arrays${dtype === 'f32' ? '' : ` of ${dtype} bit patterns`}.`, [
      tensor('q', elements),
      tensor('k', elements),
      tensor('v', elements),
    ]),
    interfaceOf('Outputs', 'New arrays in the layout of the request.', [
      tensor('out', elements),
      ...(hasLse ? [property('lse', 'Float32Array', LSE)] : []),
    ]),
    interfaceOf('Buffers', target.tensorsDoc(dtype), [
      ...(['q', 'k', 'v', 'out'] as const).map((name) => tensor(name, target.tensorType)),
      ...(hasLse ? [property('lse', target.tensorType, LSE)] : []),
    ]),
    attentionInterface(descriptor, target, doc),
    {
      kind: StructureKind.Function,
      name: 'create',
      isExported: true,
      docs: [`Makes ${descriptor.name} ready on a device, which stays the caller's.`],
      parameters: [
        { name: 'device', type: target.deviceType },
        { name: 'options', type: target.optionsType, hasQuestionToken: true },
      ],
      returnType: 'Attention',
      statements: `return ${target.create}(device, descriptor, ${
        hasImages ? '{ images, ...options }' : 'options'
      }) as Attention;`,
    },
  ];
}

function parameterStatements({ launch }: AttentionModel): readonly ModuleStatement[] {
  if (launch.length === 0) return [];
  const fields = launch.map((parameter) =>
    property(parameter.name, 'number', parameterDoc(parameter), parameter.default !== null),
  );
  return [recordOf('Parameters', 'Launch parameters.', fields)];
}

function arrayStatements({ inputs }: AttentionModel): readonly ModuleStatement[] {
  if (inputs.length === 0) return [];
  const fields = inputs.map((array) => property(array.name, arrayType(array), arrayDoc(array)));
  return [recordOf('Arrays', 'Host arrays, nested or flat in row-major order.', fields)];
}

function planRequest({ launch, inputs }: AttentionModel): ModuleStatement {
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

function forwardOptions({ planType, hasStreams }: LauncherTarget): ModuleStatement {
  return interfaceOf(
    'ForwardOptions',
    'A plan, or what to make one from. Typed arrays tell nq and nk by their lengths, GPU buffers do not.',
    [
      property('plan', planType, 'Made by `plan` of the same attention.', true),
      ...(hasStreams
        ? [property('stream', 'CudaStream', 'Where to launch; the stream of the device by default.', true)]
        : []),
      property('time', 'boolean', 'Measure the time on the GPU.', true),
    ],
    [],
    ['Partial<PlanRequest>'],
  );
}

function attentionInterface(
  descriptor: LauncherDescriptor,
  target: LauncherTarget,
  doc: string,
): ModuleStatement {
  const { inputs, launch } = descriptor;
  const needsOptions = inputs.length > 0 || launch.some((parameter) => parameter.default === null);
  return interfaceOf(
    'Attention',
    summaryOf(descriptor, doc),
    [],
    [
      method(
        'plan',
        `Promise<${target.planType}>`,
        'Derives the schedule and puts it on the device, to be used again and again.',
        {
          request: 'PlanRequest',
        },
      ),
      method('forward', `Promise<Outputs & ${target.reportType}>`, 'Runs on typed arrays.', {
        tensors: 'Tensors',
        [needsOptions ? 'options' : 'options?']: 'ForwardOptions',
      }),
      method('forward', `Promise<${target.reportType}>`, target.forwardDoc, {
        buffers: 'Buffers',
        options: 'ForwardOptions',
      }),
      method(target.enqueue.name, 'void', target.enqueue.doc, {
        ...target.enqueue.before,
        plan: target.planType,
        buffers: 'Buffers',
        ...target.enqueue.behind,
      }),
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
