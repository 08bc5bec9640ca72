/** Where the static data ends and the caller's arena begins. */
export function heapBase(): usize {
  return __heap_base;
}
