/** Park and Miller's generator on (0, 1), from a state in 1 … 2147483646. */
export function generator(state) {
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
