/** A writer of the few protobuf fields of ONNX models that are needed here: one node, its inputs and outputs. */
const text = new TextEncoder();

type Bytes = readonly number[];

function varint(value: number): Bytes {
  const bytes: number[] = [];
  // Negative numbers are 64-bit two's complement, ten bytes long.
  for (let rest = BigInt.asUintN(64, BigInt(value)); ;) {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? byte | 128 : byte);
    if (rest === 0n) return bytes;
  }
}

const integer = (field: number, value: number): Bytes => [...varint(field << 3), ...varint(value)];
const message = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const body = parts.flat();
  return [...varint((field << 3) | 2), ...varint(body.length), ...body];
};
const string = (field: number, value: string): Bytes => message(field, [...text.encode(value)]);

/** Element types of onnx.TensorProto. */
const float = 1;
const int32 = 6;

interface Value {
  readonly name: string;
  readonly type: number;
  /** A text names a size that is known at run time only. */
  readonly shape: readonly (number | string)[];
}

interface Node {
  readonly operator: string;
  readonly attributes: Readonly<Record<string, number>>;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

function describeValue(field: number, { name, type, shape }: Value): Bytes {
  const dims = shape.map((size) => message(1, typeof size === 'number' ? integer(1, size) : string(2, size)));
  return message(field, string(1, name), message(2, message(1, integer(1, type), message(2, ...dims))));
}

/** A model of one node of the domain com.microsoft. */
function writeModel({ operator, attributes, inputs, outputs }: Node): Uint8Array {
  const domain = 'com.microsoft';
  const intAttribute = 2;
  const node = message(
    1,
    ...inputs.map(({ name }) => string(1, name)),
    ...outputs.map(({ name }) => string(2, name)),
    string(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, string(1, name), integer(3, value), integer(20, intAttribute)),
    ),
    string(7, domain),
  );
  const graph = message(
    7,
    node,
    string(2, 'graph'),
    ...inputs.map((value) => describeValue(11, value)),
    ...outputs.map((value) => describeValue(12, value)),
  );
  const irVersion = 10;
  const opsets = [message(8, string(1, ''), integer(2, 23)), message(8, string(1, domain), integer(2, 1))];
  return Uint8Array.from([...integer(1, irVersion), ...opsets.flat(), ...graph]);
}

const tensor = (name: string, ...shape: readonly (number | string)[]): Value => ({
  name,
  type: float,
  shape,
});

/** Full attention over [1, n, heads * dim]. */
export function multiHeadAttention(n: number, heads: number, dim: number): Uint8Array {
  return writeModel({
    operator: 'MultiHeadAttention',
    attributes: { num_heads: heads },
    inputs: ['q', 'k', 'v'].map((name) => tensor(name, 1, n, heads * dim)),
    outputs: [tensor('o', 1, n, heads * dim)],
  });
}

/** Causal attention over [1, n, heads * dim] with an empty cache. */
export function groupQueryAttention(n: number, heads: number, dim: number): Uint8Array {
  return writeModel({
    operator: 'GroupQueryAttention',
    attributes: { num_heads: heads, kv_num_heads: heads, local_window_size: -1 },
    inputs: [
      ...['q', 'k', 'v'].map((name) => tensor(name, 1, n, heads * dim)),
      tensor('past_k', 1, heads, 'past', dim),
      tensor('past_v', 1, heads, 'past', dim),
      { name: 'last', type: int32, shape: [1] },
      { name: 'total', type: int32, shape: [] },
    ],
    outputs: [
      tensor('o', 1, n, heads * dim),
      tensor('present_k', 1, heads, 'present', dim),
      tensor('present_v', 1, heads, 'present', dim),
    ],
  });
}
