/** The version of this package: every result carries it. */
export const version = "0.1.0";
