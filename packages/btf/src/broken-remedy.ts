/** The remedy for BTF that is broken, from a compiler or from a kernel. */
export const brokenRemedy =
  'Compile the object again with clang -g, or take the BTF again from the kernel that it describes.';
