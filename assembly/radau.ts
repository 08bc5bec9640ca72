// The inverse of the matrix of Radau IIA with three stages (Hairer & Wanner, Solving Ordinary Differential Equations II, IV.5),
// row by row; src/math/radau.ts computes it.

export const a11: f64 = 3.224744871391589;
export const a12: f64 = 1.1678400846904054;
export const a13: f64 = -0.2531972647421808;
export const a21: f64 = -3.5678400846904054;
export const a22: f64 = 0.775255128608411;
export const a23: f64 = 1.0531972647421808;
export const a31: f64 = 5.5319726474218083;
export const a32: f64 = -7.5319726474218083;
export const a33: f64 = 5.0;
// its row sums
export const b1: f64 = 4.1393876913398136;
export const b2: f64 = -1.7393876913398137;
export const b3: f64 = 3.0;
