/** Keywords of C++20 (https://en.cppreference.com/w/cpp/keyword) and alternative spellings of operators. */
const KEYWORDS = `
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl concept
const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double
dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new
noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return short
signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid
typename union unsigned using virtual void volatile wchar_t while xor xor_eq`;

/** Names that CUDA, the C library or the prelude declare and that generated text uses or must not shadow. */
const PREDECLARED = `
threadIdx blockIdx blockDim gridDim warpSize dim3 uint3 half nv_bfloat16 u16 u32 u64 i64
abs acos acosh asin asinh atan atanh cbrt ceil clock cos cosh erf exit exp exp2 fabs floor fma fmaxf fminf gamma isnan j0
j1 jn log log2 main max memcpy min pow printf rand remainder round sin sinh sqrt tan tanh time trunc y0 y1 yn
assert errno linux unix signal stderr stdin stdout index
floor_div floor_mod bit_length is_power_of_two`;

export const CUDA_RESERVED: ReadonlySet<string> = new Set(`${KEYWORDS} ${PREDECLARED}`.trim().split(/\s+/));
