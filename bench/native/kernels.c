// The inner kernels in plain C, as one would write them for a compiler to vectorise: the same loops, the same inputs.
//
//   kernels NAME IN MILLISECONDS OUT
//
// IN holds arrays of doubles, each after its length; OUT gets the result. Prints the median nanoseconds of processor time of a run.

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef M_PI
#define M_PI 3.14159265358979323846
#endif

typedef struct {
  double *a[16];
  long n[16];
} In;

#define SCALAR(i) (in->a[i][0])

// λ, a, t, u, κ: D, G, H
static void modeSums(const In *in, double *out) {
  const double *restrict l = in->a[0], *restrict a = in->a[1], *restrict t = in->a[2], *restrict u = in->a[3];
  const long n = in->n[0], m = in->n[4];
  for (long i = 0; i < m; i++) {
    const double x = in->a[4][i], y = in->a[5][i];
    double aq = 0, ap = 0, tq = 0, tp = 0, uq = 0, up = 0;
    for (long j = 0; j < n; j++) {
      const double p = l[j] + x, q = 1 / (p * p + y * y), r = p * q;
      aq += a[j] * q, ap += a[j] * r, tq += t[j] * q, tp += t[j] * r, uq += u[j] * q, up += u[j] * r;
    }
    out[i] = ap, out[m + i] = -y * aq, out[2 * m + i] = tp;
    out[3 * m + i] = -y * tq, out[4 * m + i] = up, out[5 * m + i] = -y * uq;
  }
}

// κ with κ S(κ) = ζ, by Newton from κ0 + ζ
static double complex kappaAt(long n, const double *restrict l, const double *restrict a, double d, double kappa0,
                              double zx, double zy) {
  double x = kappa0 + zx, y = zy;
  for (int iteration = 0; iteration < 60; iteration++) {
    double p = 0, q = 0, pq = 0, qq = 0;
    for (long j = 0; j < n; j++) {
      const double P = l[j] + x, Q = 1 / (P * P + y * y), A = a[j] * Q, B = A * P;
      q += A, p += B, qq += A * Q, pq += B * Q;
    }
    const double Sx = 1 - p / d, Sy = y * q / d, Ex = (q - 2 * y * y * qq) / d, Ey = -2 * y * pq / d;
    const double fx = x * Sx - y * Sy - zx, fy = x * Sy + y * Sx - zy;
    const double gx = Sx + x * Ex - y * Ey, gy = Sy + x * Ey + y * Ex, g2 = gx * gx + gy * gy;
    double dx = (fx * gx + fy * gy) / g2, dy = (fy * gx - fx * gy) / g2;
    const double size = sqrt((dx * dx + dy * dy) / (x * x + y * y));
    if (size > 0.5) dx *= 0.5 / size, dy *= 0.5 / size;
    x -= dx, y -= dy;
    if (size < 1e-9) break;
  }
  return x + I * y;
}

// λ, a, [d, κ0], ζ: κ
static void solveKappa(const In *in, double *out) {
  const long n = in->n[0], m = in->n[3];
  for (long i = 0; i < m; i++) {
    const double complex kappa = kappaAt(n, in->a[0], in->a[1], in->a[2][0], in->a[2][1], in->a[3][i], in->a[4][i]);
    out[i] = creal(kappa), out[m + i] = cimag(kappa);
  }
}

// λ, a, t, u, [d, κ0, γ, B], s: P and P_v of (4.3) and (4.5)
static void transforms(const In *in, double *out) {
  const double *restrict l = in->a[0], *restrict w[3] = {in->a[1], in->a[2], in->a[3]};
  const double d = in->a[4][0], kappa0 = in->a[4][1], gamma = in->a[4][2], B = in->a[4][3], source = gamma * gamma * B;
  const long n = in->n[0], m = in->n[5];
  double C0 = 0;
  for (long j = 0; j < n; j++) C0 += w[2][j];
  for (long i = 0; i < m; i++) {
    const double y = -in->a[6][i], e = expm1(-in->a[5][i]), half = sin(y / 2);
    const double complex c = e - 2 * (e + 1) * half * half + I * ((e + 1) * sin(y)), open = 1 + c;
    const double complex A = source * (B + 1) * open, b = -2 * gamma * B * open;
    double complex q = csqrt(b * b - 4 * A * c);
    if (creal(conj(b) * q) < 0) q = -q;
    const double complex Q = -0.5 * (b + q), z[2] = {c / Q, Q / A};
    double complex zeta[2], kappa[2], D[2], G[2], H[2];
    for (int k = 0; k < 2; k++) {
      // folded into the upper half plane and back
      const int below = cimag(-z[k]) < 0;
      zeta[k] = below ? conj(-z[k]) : -z[k];
      kappa[k] = kappaAt(n, l, w[0], d, kappa0, creal(zeta[k]), cimag(zeta[k]));
      const double x = creal(kappa[k]), h = cimag(kappa[k]);
      double aq = 0, ap = 0, tq = 0, tp = 0, uq = 0, up = 0;
      for (long j = 0; j < n; j++) {
        const double p = l[j] + x, r = 1 / (p * p + h * h), v = p * r;
        aq += w[0][j] * r, ap += w[0][j] * v, tq += w[1][j] * r, tp += w[1][j] * v, uq += w[2][j] * r, up += w[2][j] * v;
      }
      D[k] = ap - I * h * aq, G[k] = tp - I * h * tq, H[k] = up - I * h * uq;
      if (below) zeta[k] = conj(zeta[k]), kappa[k] = conj(kappa[k]), D[k] = conj(D[k]), G[k] = conj(G[k]), H[k] = conj(H[k]);
    }
    const double complex Kv = source * zeta[0] * D[0] / q, Ks = -source * zeta[1] * D[1] / q;
    const double complex phi1 = G[0] * kappa[0] / zeta[0], phi2 = G[1] * kappa[1] / zeta[1];
    const double complex Fv = (kappa[0] * H[0] - D[0] * phi1 / d) / q, Fs = (phi2 - C0) / q;
    const double complex whole = 1 - open * (Ks + Kv), rest = 1 - open * Ks;
    const double complex P = (phi2 - phi1) / q / whole, Pv = (Fv * rest + Fs * open * Kv) / (whole * rest);
    out[i] = creal(P), out[m + i] = cimag(P), out[2 * m + i] = creal(Pv), out[3 * m + i] = cimag(Pv);
  }
}

// s, ds, f, g, r: sums and sizes of f, g
static void contourSums(const In *in, double *out) {
  const double *restrict sr = in->a[0], *restrict si = in->a[1];
  const long m = in->n[0], n = in->n[8];
  double *work = malloc(6 * m * sizeof *work);
  for (int k = 0; k < 2; k++)
    for (long i = 0; i < m; i++) {
      const double fr = in->a[4 + 2 * k][i], fi = in->a[5 + 2 * k][i], X = in->a[2][i] / M_PI, Y = in->a[3][i] / M_PI;
      const double re = fr * X - fi * Y, im = fr * Y + fi * X;
      work[3 * k * m + i] = re, work[(3 * k + 1) * m + i] = im, work[(3 * k + 2) * m + i] = sqrt(re * re + im * im);
    }
  const double *restrict fr = work, *restrict fi = work + m, *restrict fa = work + 2 * m;
  const double *restrict gr = work + 3 * m, *restrict gi = work + 4 * m, *restrict ga = work + 5 * m;
  for (long k = 0; k < n; k++) {
    const double r = in->a[8][k];
    double f = 0, fs = 0, g = 0, gs = 0;
    long end = 0;
    while (end < m && sr[end] * r > -60) end++;
    for (long i = 0; i < end; i++) {
      const double e = exp(sr[i] * r), s = e * sin(si[i] * r), c = e * cos(si[i] * r);
      f += fr[i] * s + fi[i] * c, fs += fa[i] * e, g += gr[i] * s + gi[i] * c, gs += ga[i] * e;
    }
    out[k] = f, out[n + k] = fs, out[2 * n + k] = g, out[3 * n + k] = gs;
  }
  free(work);
}

// F, K: P
static void volterra(const In *in, double *restrict P) {
  const long n = in->n[0];
  double *restrict back = malloc(n * sizeof *back);
  for (long i = 0; i < n; i++) back[n - 1 - i] = in->a[1][i];
  for (long r = 0; r < n; r++) {
    const double *restrict from = back + n - r;
    double sum = 0;
    for (long s = 0; s < r; s++) sum += from[s] * P[s];
    P[r] = in->a[0][r] + sum;
  }
  free(back);
}

// z, source, ρ, [rest, γ, B, steps]: P before each step
static void stepModes(const In *in, double *out) {
  const long n = in->n[0];
  const double rest = in->a[6][0], g = in->a[6][1], B = in->a[6][2];
  const long steps = (long)in->a[6][3];
  double *work = malloc(6 * n * sizeof *work);
  double *restrict gr = work, *restrict gi = work + n, *restrict qr = work + 2 * n, *restrict qi = work + 3 * n;
  double *restrict re = work + 4 * n, *restrict im = work + 5 * n;
  double sum = 0;
  for (long k = 0; k < n; k++) {
    const double x = in->a[0][k], y = in->a[1][k];
    gr[k] = -2 * g * B * x + g * g * B * (B + 1) * (x * x - y * y);
    gi[k] = -2 * g * B * y + g * g * B * (B + 1) * 2 * x * y;
    qr[k] = g * g * B * in->a[2][k], qi[k] = g * g * B * in->a[3][k];
    re[k] = in->a[4][k], im[k] = in->a[5][k];
    sum += re[k];
  }
  for (long t = 0; t < steps; t++) {
    const double loss = out[t] = rest + sum;
    sum = 0;
    for (long k = 0; k < n; k++) {
      const double x = re[k], y = im[k];
      re[k] = x + (gr[k] * x - gi[k] * y + qr[k] * loss);
      im[k] = y + (gr[k] * y + gi[k] * x + qi[k] * loss);
      sum += re[k];
    }
  }
  free(work);
}

// z, source, ρ, [rest, η, σ², spread, steps], [S, coefficients of f]: P before each step of sign SGD
static void stepSign(const In *in, double *out) {
  const long n = in->n[0], terms = in->n[7];
  const double *restrict zr = in->a[0], *restrict zi = in->a[1], *restrict sr = in->a[2], *restrict si = in->a[3];
  const double rest = in->a[6][0], eta = in->a[6][1], noise = in->a[6][2], spread = in->a[6][3];
  const double *restrict shape = in->a[7];
  const long steps = (long)in->a[6][4];
  double *work = malloc(2 * n * sizeof *work);
  double *restrict re = work, *restrict im = work + n;
  double sum = 0, weighted = 0;
  for (long k = 0; k < n; k++) {
    re[k] = in->a[4][k], im[k] = in->a[5][k];
    sum += re[k], weighted += re[k] * zr[k] - im[k] * zi[k];
  }
  for (long t = 0; t < steps; t++) {
    out[t] = rest + sum;
    const double V = rest + sum + noise, s = spread * weighted / V, most = shape[0];
    const double x = 2 * (s < 0 ? 0 : s > most ? most : s) / most - 1, push = eta * eta;
    double f = 0;
    for (long c = terms - 1; c > 0; c--) f = f * x + shape[c];
    const double a = 2 / M_PI * eta * f / sqrt(V);
    sum = 0, weighted = 0;
    for (long k = 0; k < n; k++) {
      const double ar = a * zr[k], ai = a * zi[k], gr = ar * (ar - 2) - ai * ai, gi = ai * (2 * ar - 2);
      const double u = re[k], v = im[k];
      re[k] = u + (gr * u - gi * v + push * sr[k]);
      im[k] = v + (gr * v + gi * u + push * si[k]);
      sum += re[k], weighted += re[k] * zr[k] - im[k] * zi[k];
    }
  }
  free(work);
}

static void quotient(double x, double y, double a, double b, double c, double d, double *re, double *im) {
  const double u = a * c - b * d, v = a * d + b * c, size = u * u + v * v;
  *re = (x * u + y * v) / size, *im = (y * u - x * v) / size;
}

// λ, w, κ, R1, R3: the form of the mean residual's square
static void meanForm(const In *in, double *form) {
  const double *restrict l = in->a[0], *restrict w = in->a[1];
  const long n = in->n[0], m = in->n[2];
  double *p = malloc((2 * m * n + 2 * n + 2 * m) * sizeof *p), *q = p + m * n, *restrict wp = q + m * n,
         *restrict wq = wp + n, *Sr = wq + n, *Si = Sr + m;
  memset(form, 0, 4 * m * m * sizeof *form);
  for (long i = 0; i < m; i++) {
    const double x = in->a[2][i], y = in->a[3][i];
    Sr[i] = in->a[4][i] * in->a[6][i] - in->a[5][i] * in->a[7][i];
    Si[i] = in->a[4][i] * in->a[7][i] + in->a[5][i] * in->a[6][i];
    for (long k = 0; k < n; k++) {
      const double P = l[k] + x, Q = 1 / (P * P + y * y);
      p[i * n + k] = P * Q, q[i * n + k] = y * Q, wp[k] = w[k] * (P * Q), wq[k] = w[k] * (y * Q);
    }
    for (long j = 0; j <= i; j++) {
      const double *restrict pj = p + j * n, *restrict qj = q + j * n;
      double pp = 0, qq = 0, pq = 0, qp = 0, Ar, Ai, Br, Bi;
      for (long k = 0; k < n; k++) pp += wp[k] * pj[k], qq += wq[k] * qj[k], pq += wp[k] * qj[k], qp += wq[k] * pj[k];
      quotient(pp - qq, -pq - qp, Sr[i], Si[i], Sr[j], Si[j], &Ar, &Ai);
      quotient(pp + qq, pq - qp, Sr[i], Si[i], Sr[j], -Si[j], &Br, &Bi);
      const double c = i == j ? 2 : 4;
      double *at = form + 4 * i * m + 2 * j, *below = at + 2 * m;
      at[0] = c * (Ar + Br), below[0] = c * (-Ai - Bi), below[1] = c * (Br - Ar);
      if (i == j) below[0] = -4 * Ai;
      else at[1] = c * (Bi - Ai);
    }
  }
  free(p);
}

// Q, w, [n]: wᵀQw
static void quadraticForms(const In *in, double *out) {
  const double *restrict Q = in->a[0], *restrict w = in->a[1];
  const long n = (long)SCALAR(2), times = in->n[1] / n;
  for (long t = 0; t < times; t++) {
    const double *restrict v = w + t * n;
    double total = 0;
    for (long i = 0; i < n; i++) {
      double row = 0;
      for (long j = 0; j <= i; j++) row += Q[i * n + j] * v[j];
      total += v[i] * row;
    }
    out[t] = total;
  }
}

// λ, s, R, C, Y, [rest, γ1, γ2, γ3, Δ, B, steps]: P before each step
static void stepMomentum(const In *in, double *out) {
  const double *restrict l = in->a[0], *restrict s = in->a[1], *p = in->a[5];
  const long n = in->n[0], steps = (long)p[6];
  const double rest = p[0], g1 = p[1], g3 = p[3], a = 1 - p[4], B = p[5], g = p[2] + g1 * g3;
  double *work = malloc(3 * n * sizeof *work), *restrict R = work, *restrict C = work + n, *restrict Y = work + 2 * n;
  memcpy(R, in->a[2], n * sizeof *R), memcpy(C, in->a[3], n * sizeof *C), memcpy(Y, in->a[4], n * sizeof *Y);
  double sum = 0;
  for (long k = 0; k < n; k++) sum += R[k];
  for (long t = 0; t < steps; t++) {
    const double push = B * (out[t] = rest + sum);
    sum = 0;
    for (long k = 0; k < n; k++) {
      const double r = R[k], c = C[k], y = Y[k], M = B * l[k], MR = M * r, MC = M * c;
      const double Q = B * (B + 1) * (l[k] * l[k]) * r + push * s[k];
      R[k] = r + (-2 * g * MR - 2 * g3 * a * c + g * g * Q + g3 * g3 * a * a * y + 2 * g * g3 * a * MC);
      Y[k] = a * a * y + 2 * a * g1 * MC + g1 * g1 * Q;
      C[k] = a * c + g1 * MR - (g * a + g3 * a * g1) * MC - g * g1 * Q - g3 * a * a * y;
      sum += R[k];
    }
  }
  free(work);
}

// x, y, l, w, [δ, a, b, e, α, β]: objective, gradient
static void huber(const In *in, double *out) {
  const double *restrict x = in->a[0], *restrict y = in->a[1], *restrict l = in->a[2], *restrict w = in->a[3];
  const double delta = in->a[4][0], a = in->a[4][1], b = in->a[4][2], E = exp(in->a[4][3]);
  const double alpha = in->a[4][4], beta = in->a[4][5];
  double value = 0, ga = 0, gb = 0, ge = 0, gx = 0, gy = 0;
  for (long i = 0; i < in->n[0]; i++) {
    const double A = exp(a - alpha * x[i]), B = exp(b - beta * y[i]), S = A + B + E, r = log(S) - l[i];
    const double psi = r < -delta ? -delta : r > delta ? delta : r, v = w[i] * psi, q = v / S;
    value += v * (r - psi / 2);
    ga += q * A, gb += q * B, ge += q, gx += q * A * x[i], gy += q * B * y[i];
  }
  out[0] = value, out[1] = ga, out[2] = gb, out[3] = ge * E, out[4] = -gx, out[5] = -gy;
}

static void philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, long n,
                   uint32_t *restrict a, uint32_t *restrict b, uint32_t *restrict c, uint32_t *restrict d) {
  for (long i = 0; i < n; i++) {
    uint32_t x0 = c0 + i, x1 = c1, x2 = c2, x3 = c3, key0 = k0, key1 = k1;
    for (int round = 0; round < 10; round++) {
      const uint64_t p0 = (uint64_t)x0 * 0xd2511f53u, p1 = (uint64_t)x2 * 0xcd9e8d57u;
      x0 = (uint32_t)(p1 >> 32) ^ x1 ^ key0, x2 = (uint32_t)(p0 >> 32) ^ x3 ^ key1;
      x1 = (uint32_t)p1, x3 = (uint32_t)p0, key0 += 0x9e3779b9u, key1 += 0xbb67ae85u;
    }
    a[i] = x0, b[i] = x1, c[i] = x2, d[i] = x3;
  }
}

static inline double fromBits(uint64_t x) {
  double y;
  return memcpy(&y, &x, 8), y;
}

// log and sincos by the polynomials of assembly/elementary.ts: loops over them vectorise, loops over libm's do not
static inline double logOf(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  const uint64_t t = bits + 0x00095f6200000000u;
  const double m = fromBits(bits - (t & 0xfff0000000000000u) + 0x3ff0000000000000u);
  const double k = fromBits((t >> 52) | 0x4330000000000000u) - 4503599627371519.0;
  const double s = (m - 1) / (m + 1), z = s * s;
  const double p = 0.6666666666666735 +
      z * (0.3999999999940942 + z * (0.2857142874366239 + z * (0.22222198432149784 +
      z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586)))));
  return k * 0.6931471805599453 + s * (2 + z * p);
}

static inline void boxMuller(double u, uint32_t w, double *re, double *im) {
  const double h = ((double)(int32_t)(w << 1) + 1) * 3.657295198167899e-10, z = h * h, r = sqrt(-2 * logOf(u));
  const double s = h + h * z * (-0.16666666666666632 + z * (0.00833333333332249 + z * (-0.0001984126982985795 +
      z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)))));
  const double c = 1 - z * 0.5 + z * z * (0.0416666666666666 + z * (-0.001388888888887411 + z * (2.480158728947673e-5 +
      z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  const double cosine = 1 - (s + s) * s;
  *re = r * (w >> 31 ? -cosine : cosine), *im = r * ((s + s) * c);
}

#define CHUNK 64
#define UNIFORM(w) ((double)(w) * 0x1p-32 + 0x1p-33)

// n (a multiple of 16) normals of one stream, member and step
static void normalsTo(uint32_t k0, uint32_t k1, uint32_t stream, uint32_t member, uint64_t step, long n, double *out) {
  uint32_t w[4][CHUNK], t[4][CHUNK];
  double u[CHUNK], re[CHUNK], im[CHUNK];
  const uint32_t c1 = (uint32_t)step, c3 = (uint32_t)(step >> 32) | stream << 24;
  for (long base = 0; base < n; base += 4 * CHUNK) {
    const long count = n - base < 4 * CHUNK ? (n - base) / 4 : CHUNK;
    philox(base / 4, c1, member, c3, k0, k1, count, w[0], w[1], w[2], w[3]);
    for (int half = 0; half < 2; half++) {
      const uint32_t *restrict a = w[2 * half], *restrict b = w[2 * half + 1];
      int small = 0;
      for (long i = 0; i < count; i++) u[i] = UNIFORM(a[i]), small |= a[i] < 4096;
      if (small) {
        philox(base / 4, c1, member, c3 | 1u << 23, k0, k1, count, t[0], t[1], t[2], t[3]);
        for (long i = 0; i < count; i++)
          if (a[i] < 4096) u[i] = ((double)a[i] + UNIFORM(t[2 * half][i])) * 0x1p-32;
      }
      for (long i = 0; i < count; i++) boxMuller(u[i], b[i], re + i, im + i);
      for (long i = 0; i < count; i += 4) {
        double *to = out + base + 4 * i + 8 * half;
        memcpy(to, re + i, 32), memcpy(to + 4, im + i, 32);
      }
    }
  }
}

// [seed, stream, n]
static void normals(const In *in, double *out) {
  normalsTo((uint32_t)in->a[0][0], 0, (uint32_t)in->a[0][1], 0, 0, (long)in->a[0][2], out);
}

// λ̂, y, [seed, γ, steps]: y after the steps
static void spectralSteps(const In *in, double *restrict y) {
  const double *restrict l = in->a[0];
  const long n = in->n[0], steps = (long)in->a[2][2];
  double *restrict xi = malloc(n * sizeof *xi);
  memcpy(y, in->a[1], n * sizeof *y);
  for (long r = 0; r < steps; r++) {
    normalsTo((uint32_t)in->a[2][0], 0, 1, 0, r, n, xi);
    double e = 0;
    for (long i = 0; i < n; i++) e += xi[i] * y[i];
    e *= in->a[2][1];
    for (long i = 0; i < n; i++) y[i] -= l[i] * e * xi[i];
  }
  free(xi);
}

// W (rows of d), √λ, √t, [seed, γ, steps]: θ after the steps
static void denseSteps(const In *in, double *restrict theta) {
  const double *restrict root = in->a[1], *restrict target = in->a[2];
  const long v = in->n[1], d = in->n[0] / v, steps = (long)in->a[3][2];
  double *restrict z = malloc(v * sizeof *z), *restrict phi = malloc(d * sizeof *phi);
  memset(theta, 0, d * sizeof *theta);
  for (long r = 0; r < steps; r++) {
    normalsTo((uint32_t)in->a[3][0], 0, 1, 0, r, v, z);
    double e = 0;
    memset(phi, 0, d * sizeof *phi);
    for (long j = 0; j < v; j += 4) {
      const double *restrict w = in->a[0] + j * d;
      const double a = z[j] * root[j], b = z[j + 1] * root[j + 1], c = z[j + 2] * root[j + 2], f = z[j + 3] * root[j + 3];
      for (long i = 0; i < d; i++) phi[i] += a * w[i] + b * w[d + i] + c * w[2 * d + i] + f * w[3 * d + i];
      e -= z[j] * target[j] + z[j + 1] * target[j + 1] + z[j + 2] * target[j + 2] + z[j + 3] * target[j + 3];
    }
    for (long i = 0; i < d; i++) e += phi[i] * theta[i];
    e *= in->a[3][1];
    for (long i = 0; i < d; i++) theta[i] -= e * phi[i];
  }
  free(z), free(phi);
}

// the same with φ = Wᵀx in float, summed over 256 rows at a time, and those in double
static void denseSingleSteps(const In *in, double *restrict theta) {
  enum { PANEL = 256 };
  const double *restrict root = in->a[1], *restrict target = in->a[2];
  const long v = in->n[1], d = in->n[0] / v, steps = (long)in->a[3][2];
  static float *W = NULL;
  if (!W) {
    W = malloc(v * d * sizeof *W);
    for (long i = 0; i < v * d; i++) W[i] = (float)in->a[0][i];
  }
  double *restrict z = malloc(v * sizeof *z), *restrict phi = malloc(d * sizeof *phi);
  float *restrict sum = malloc(d * sizeof *sum);
  memset(theta, 0, d * sizeof *theta);
  for (long r = 0; r < steps; r++) {
    normalsTo((uint32_t)in->a[3][0], 0, 1, 0, r, v, z);
    double e = 0;
    memset(phi, 0, d * sizeof *phi);
    for (long panel = 0; panel < v; panel += PANEL) {
      memset(sum, 0, d * sizeof *sum);
      for (long j = panel; j < panel + PANEL && j < v; j += 4) {
        const float *restrict w = W + j * d;
        const float a = z[j] * root[j], b = z[j + 1] * root[j + 1], c = z[j + 2] * root[j + 2], f = z[j + 3] * root[j + 3];
        for (long i = 0; i < d; i++) sum[i] += a * w[i] + b * w[d + i] + c * w[2 * d + i] + f * w[3 * d + i];
        e -= z[j] * target[j] + z[j + 1] * target[j + 1] + z[j + 2] * target[j + 2] + z[j + 3] * target[j + 3];
      }
      for (long i = 0; i < d; i++) phi[i] += sum[i];
    }
    for (long i = 0; i < d; i++) e += phi[i] * theta[i];
    e *= in->a[3][1];
    for (long i = 0; i < d; i++) theta[i] -= e * phi[i];
  }
  free(z), free(phi), free(sum);
}

// √λ, √t, [seed, d]: G (d × d, lower triangle), h
static void gram(const In *in, double *restrict G) {
  enum { PANEL = 64 };
  const long v = in->n[0], d = (long)in->a[2][1];
  double *h = G + d * d, *restrict w = malloc(PANEL * d * sizeof *w);
  memset(G, 0, (d * d + d) * sizeof *G);
  for (long first = 0; first < v; first += PANEL) {
    for (long j = 0; j < PANEL; j++) {
      double *restrict row = w + j * d;
      normalsTo((uint32_t)in->a[2][0], 0, 0, 0, first + j, d, row);
      const double scale = in->a[0][first + j] / sqrt(d), t = in->a[1][first + j];
      for (long i = 0; i < d; i++) row[i] *= scale, h[i] += t * row[i];
    }
    for (long i = 0; i < d; i++)
      for (long j = 0; j < PANEL; j += 4) {
        const double *restrict p = w + j * d;
        const double a = p[i], b = p[d + i], c = p[2 * d + i], e = p[3 * d + i];
        for (long k = 0; k <= i; k++) G[i * d + k] += a * p[k] + b * p[d + k] + c * p[2 * d + k] + e * p[3 * d + k];
      }
  }
  free(w);
}

// turns x (zero before `first`) to a multiple of e_first by I − τuuᵀ; u replaces x
static double reflection(long n, long first, double *restrict x, double *value) {
  double rest = 0, tau = 0;
  const double alpha = x[first];
  for (long i = first + 1; i < n; i++) rest += x[i] * x[i];
  *value = alpha;
  if (rest > 0) {
    const double norm = sqrt(alpha * alpha + rest);
    *value = alpha > 0 ? -norm : norm;
    tau = (*value - alpha) / *value;
    for (long i = first + 1; i < n; i++) x[i] /= alpha - *value;
  }
  x[first] = 1;
  return tau;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// G (d × d, lower triangle), h: the diagonal and what is below it, by Householder from h on
static void tridiagonalise(const In *in, double *restrict d) {
  const long n = in->n[1];
  double *restrict A = malloc((n * n + 2 * n) * sizeof *A), *restrict u = A + n * n, *restrict w = u + n, *restrict e = d + n;
  memcpy(A, in->a[0], n * n * sizeof *A), memcpy(u, in->a[1], n * sizeof *u);
  for (long k = -1; k < n - 1; k++) {
    if (k >= 0) {
      d[k] = A[k * n + k];
      for (long i = 0; i < n; i++) u[i] = i > k ? A[i * n + k] : 0;
    }
    const double tau = reflection(n, k + 1, u, k < 0 ? e : e + k);
    for (long i = k + 1; i < n; i++) w[i] = 0;
    for (long i = k + 1; i < n; i++) {
      const double *restrict row = A + i * n, x = u[i];
      double s = 0;
      for (long j = k + 1; j < i; j++) s += row[j] * u[j], w[j] += row[j] * x;
      w[i] += s + row[i] * x;
    }
    double half = 0;
    for (long i = k + 1; i < n; i++) w[i] *= tau, half += w[i] * u[i];
    for (long i = k + 1; i < n; i++) w[i] -= 0.5 * tau * half * u[i];
    for (long i = k + 1; i < n; i++)
      for (long j = k + 1; j <= i; j++) A[i * n + j] -= u[i] * w[j] + w[i] * u[j];
  }
  d[n - 1] = A[n * n - 1], e[n - 1] = 0;
  free(A);
}

// diagonal, below: eigenvalues, ascending, by QL in rational form (LAPACK's dsterf) with the row of weights, as assembly/tridiagonal.ts
static void rationalQL(const In *in, double *restrict d) {
  const long n = in->n[0];
  double *restrict e = malloc(2 * n * sizeof *e), *restrict z = e + n;
  memcpy(d, in->a[0], n * sizeof *d), memcpy(e, in->a[1], n * sizeof *e);
  e[n - 1] = 0;
  for (long i = 0; i < n; i++) e[i] *= e[i], z[i] = i == 0;
  for (long l = 0; l < n; l++)
    for (int iteration = 0; iteration < 50; iteration++) {
      long m = l;
      for (; m < n - 1; m++) {
        const double least = 2.220446049250313e-16 * (fabs(d[m]) + fabs(d[m + 1]));
        if (e[m] <= least * least) break;
      }
      if (m == l) break;
      const double root = sqrt(e[l]), g = (d[l + 1] - d[l]) / (2 * root);
      const double shift = d[l] - root / (g + copysign(sqrt(g * g + 1), g));
      double c = 1, s = 0, gamma = d[m] - shift, p = gamma * gamma, pi = gamma, cosine = 1, y = z[m];
      for (long i = m - 1; i >= l; i--) {
        const double b = e[i], r = p + b, x = z[i], before = cosine, over = r / p, last = gamma, left = c * b;
        e[i + 1] = s * r, c = p / r, s = b / r, cosine = copysign(sqrt(c), pi);
        gamma = c * (d[i] - shift) - s * last, d[i + 1] = last + (d[i] - gamma);
        if (c > 1e-300) p = gamma * gamma * over, pi = cosine * gamma;
        else p = left, pi = -before;
        const double sine = sqrt(s);
        z[i + 1] = sine * x + cosine * y, y = cosine * x - sine * y;
      }
      e[l] = s * p, d[l] = shift + gamma, z[l] = pi < 0 ? -y : y;
    }
  qsort(d, n, sizeof *d, ascending);
  free(e);
}

// C += AB in f32, as a compiler vectorises it: four rows of B at a time into four of C
static void accumulate(long m, long n, long k, const float *restrict A, const float *restrict B, float *restrict C) {
  for (long i = 0; i < m; i += 4)
    for (long p = 0; p < k; p += 4)
      for (long j = 0; j < n; j++)
        for (int r = 0; r < 4; r++)
          C[(i + r) * n + j] += A[(i + r) * k + p] * B[p * n + j] + A[(i + r) * k + p + 1] * B[(p + 1) * n + j] +
                                A[(i + r) * k + p + 2] * B[(p + 2) * n + j] + A[(i + r) * k + p + 3] * B[(p + 3) * n + j];
}

// A, B by rows, m
static void matrixProduct(const In *in, double *restrict out) {
  const long m = (long)in->a[2][0], k = in->n[0] / m, n = in->n[1] / k;
  static float *A = NULL, *B, *C;
  if (!A) {
    A = malloc(m * k * sizeof *A), B = malloc(k * n * sizeof *B), C = malloc(m * n * sizeof *C);
    for (long i = 0; i < m * k; i++) A[i] = (float)in->a[0][i];
    for (long i = 0; i < k * n; i++) B[i] = (float)in->a[1][i];
  }
  memset(C, 0, m * n * sizeof *C);
  accumulate(m, n, k, A, B, C);
  for (long i = 0; i < m * n; i++) out[i] = C[i];
}

static const struct {
  const char *name;
  void (*run)(const In *, double *);
} kernels[] = {
    {"modeSums", modeSums},   {"solveKappa", solveKappa}, {"transforms", transforms}, {"contourSums", contourSums},
    {"volterra", volterra},   {"stepModes", stepModes},   {"meanForm", meanForm},
    {"quadraticForms", quadraticForms}, {"stepSign", stepSign},
    {"stepMomentum", stepMomentum}, {"huber", huber},     {"normals", normals},
    {"spectralSteps", spectralSteps}, {"denseSteps", denseSteps},
    {"denseSingleSteps", denseSingleSteps}, {"gram", gram},
    {"tridiagonalise", tridiagonalise}, {"rationalQL", rationalQL},
    {"matrixProduct", matrixProduct},
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return 1e9 * t.tv_sec + t.tv_nsec;
}

// Jobs come a line each, NAME IN MILLISECONDS OUT LENGTH; each is answered by the median nanoseconds of a run.
int main(void) {
  char name[64], input[512], output[512];
  double milliseconds;
  long size;
  while (scanf("%63s %511s %lf %511s %ld", name, input, &milliseconds, output, &size) == 5) {
    void (*run)(const In *, double *) = NULL;
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
      if (!strcmp(kernels[i].name, name)) run = kernels[i].run;
    if (!run) return fprintf(stderr, "no kernel %s\n", name), 2;
    In in = {0};
    FILE *file = fopen(input, "rb");
    double length;
    for (int i = 0; i < 16 && fread(&length, sizeof length, 1, file) == 1; i++) {
      in.n[i] = (long)length;
      in.a[i] = aligned_alloc(64, (in.n[i] * sizeof(double) / 64 + 1) * 64);
      if (fread(in.a[i], sizeof(double), in.n[i], file) != (size_t)in.n[i]) return 1;
    }
    fclose(file);
    double *out = calloc(size + 8, sizeof *out);
    run(&in, out);
    static double times[100000];
    int count = 0;
    const double end = now() + 1e6 * milliseconds;
    while (count < 3 || (now() < end && count < 100000)) {
      const double start = now();
      run(&in, out);
      times[count++] = now() - start;
    }
    qsort(times, count, sizeof *times, ascending);
    file = fopen(output, "wb");
    fwrite(out, sizeof *out, size, file);
    fclose(file);
    free(out);
    for (int i = 0; i < 16; i++) free(in.a[i]);
    printf("%.1f\n", times[count / 2]);
    fflush(stdout);
  }
}
