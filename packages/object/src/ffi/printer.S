// The printer of libbpf, as printer-code.ts has it in machine code. It follows the ABI of C:
//
//   int print(enum libbpf_print_level level, const char *format, va_list values)
//
// A warning (level 0) goes into the next slot of a ring: the id of the thread, then the text of
// vsnprintf(). Any other message returns at once. No lock, no allocation, no call into JavaScript:
// any thread may print at any time. A va_list is passed as a pointer in both ABIs.
#define SLOTS 64
#define SLOT_SHIFT 9
#define HEADER 64
#define TEXT ((1 << SLOT_SHIFT) - 4)

#if defined(__x86_64__)

  endbr64
  nopl 0x31707053(%rax) // the mark of this code: "Spp1"
  xorl %eax, %eax
  testl %edi, %edi
  jne 1f
  subq $24, %rsp
  movq %rsi, (%rsp)
  movq %rdx, 8(%rsp)
  movl $186, %eax // gettid
  syscall
  movq memory(%rip), %rdi
  movl $1, %ecx
  lock xaddl %ecx, (%rdi)
  andl $(SLOTS - 1), %ecx
  shll $SLOT_SHIFT, %ecx
  leaq HEADER(%rdi, %rcx), %rdi
  movl %eax, (%rdi)
  addq $4, %rdi
  movl $TEXT, %esi
  movq (%rsp), %rdx
  movq 8(%rsp), %rcx
  xorl %eax, %eax
  callq *vsnprintf(%rip)
  xorl %eax, %eax
  addq $24, %rsp
1:
  retq

#elif defined(__aarch64__)

  bti c
  b 1f
  .word 0x31707053 // the mark of this code: "Spp1"
1:
  cbnz w0, 3f
  stp x29, x30, [sp, #-32]!
  mov x29, sp
  stp x1, x2, [sp, #16]
  mov x8, #178 // gettid
  svc #0
  ldr x9, memory
2:
  ldaxr w10, [x9]
  add w11, w10, #1
  stlxr w12, w11, [x9]
  cbnz w12, 2b
  and w10, w10, #(SLOTS - 1)
  add x9, x9, #HEADER
  add x9, x9, x10, lsl #SLOT_SHIFT
  str w0, [x9], #4
  mov x0, x9
  mov x1, #TEXT
  ldp x2, x3, [sp, #16]
  ldr x10, vsnprintf
  blr x10
  ldp x29, x30, [sp], #32
3:
  mov w0, #0
  ret

#endif

  .balign 8, 0
memory: // the address of the header: the number of warnings so far, u32
  .quad 0
vsnprintf: // the address of the function
  .quad 0
