/** Park and Miller's generator on (0, 1), from a state in 1 … 2147483646. */
export declare function generator(state: number): () => number;
