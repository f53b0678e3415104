// Stackful fibers: one a thread of the emulated block, all on one thread of the host.
#pragma once
#include <sys/mman.h>
#include <cstddef>
#include <cstdlib>
#include <cstring>

extern "C" void emulator_switch(void **from, void *to);
#if defined(__x86_64__)
// The callee-saved registers of the System V ABI lie on the stack that is left.
asm(".text\n.globl emulator_switch\nemulator_switch:\n"
    " pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
    " movq %rsp,(%rdi)\n movq %rsi,%rsp\n"
    " popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret\n");
#elif defined(__aarch64__)
asm(".text\n.globl emulator_switch\nemulator_switch:\n sub sp,sp,#160\n"
    " stp x19,x20,[sp]\n stp x21,x22,[sp,#16]\n stp x23,x24,[sp,#32]\n stp x25,x26,[sp,#48]\n"
    " stp x27,x28,[sp,#64]\n stp x29,x30,[sp,#80]\n"
    " stp d8,d9,[sp,#96]\n stp d10,d11,[sp,#112]\n stp d12,d13,[sp,#128]\n stp d14,d15,[sp,#144]\n"
    " mov x9,sp\n str x9,[x0]\n mov sp,x1\n"
    " ldp x19,x20,[sp]\n ldp x21,x22,[sp,#16]\n ldp x23,x24,[sp,#32]\n ldp x25,x26,[sp,#48]\n"
    " ldp x27,x28,[sp,#64]\n ldp x29,x30,[sp,#80]\n"
    " ldp d8,d9,[sp,#96]\n ldp d10,d11,[sp,#112]\n ldp d12,d13,[sp,#128]\n ldp d14,d15,[sp,#144]\n"
    " add sp,sp,#160\n ret\n");
#else
#error "fibers are written for x86-64 and AArch64"
#endif

namespace emulator {

class Stack {
 public:
  /** A stack whose first switch enters `entry`, which must not return. */
  void *start(void (*entry)()) {
    if (memory_ == nullptr) memory_ = (char *)aligned_alloc(64, BYTES);
    void **top = (void **)(memory_ + BYTES);
#if defined(__x86_64__)
    *--top = nullptr;
    *--top = (void *)entry;
    for (int saved = 0; saved < 6; saved++) *--top = nullptr;
#else
    top -= 20;
    memset(top, 0, 160);
    top[11] = (void *)entry;
#endif
    return top;
  }

 private:
  static constexpr size_t BYTES = 256 * 1024;
  char *memory_ = nullptr;
};

}  // namespace emulator
