/** Keywords and reserved words of WGSL (https://www.w3.org/TR/WGSL/#keyword-summary, #reserved-words). */
const KEYWORDS = `
alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop
override requires return struct switch true var while
NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become binding_array cast catch
class co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval
constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends
extern external fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import
inline instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new
nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset
partition pass patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register
reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast std
subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union unless
unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield`;

/** Predeclared names that generated text uses or that would confuse a reader when shadowed. */
const PREDECLARED = `
bool f16 f32 i32 u32 vec2 vec3 vec4 mat2x2 mat3x3 mat4x4 array atomic ptr sampler texture_2d
abs all any arrayLength atomicLoad atomicOr atomicStore bitcast ceil clamp cos countLeadingZeros countOneBits
countTrailingZeros dot exp exp2 extractBits firstLeadingBit floor fma fract inverseSqrt length log log2 max min modf pow
round select sign sin sqrt step tanh transpose trunc workgroupBarrier storageBarrier workgroupUniformLoad
function private workgroup uniform storage read write read_write`;

export const WGSL_RESERVED: ReadonlySet<string> = new Set(`${KEYWORDS} ${PREDECLARED}`.trim().split(/\s+/));
