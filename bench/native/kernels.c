// The inner kernels in plain C, as one would write them for a compiler to vectorise: the same loops, the same inputs.
//
//   kernels NAME IN MILLISECONDS OUT
//
// IN holds arrays of doubles, each after its length; OUT gets the result. Prints the median nanoseconds of processor time of a run.

#include <math.h>
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

// λ, a, [d, κ0], ζ: κ
static void solveKappa(const In *in, double *out) {
  const double *restrict l = in->a[0], *restrict a = in->a[1];
  const double d = in->a[2][0], kappa0 = in->a[2][1];
  const long n = in->n[0], m = in->n[3];
  for (long i = 0; i < m; i++) {
    const double zx = in->a[3][i], zy = in->a[4][i];
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
    out[i] = x, out[m + i] = y;
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

// a, k, s, [steps]: L
static void forcedSums(const In *in, double *out) {
  const double *restrict ar = in->a[0], *restrict ai = in->a[1], *restrict kr = in->a[2], *restrict ki = in->a[3];
  const long n = in->n[0], steps = (long)SCALAR(6);
  double *work = malloc(2 * n * sizeof *work), *restrict re = work, *restrict im = work + n;
  memcpy(re, in->a[4], n * sizeof *re), memcpy(im, in->a[5], n * sizeof *im);
  double L = 0;
  for (long j = 0; j < n; j++) L += re[j];
  L *= 2;
  for (long t = 0; t < steps; t++) {
    double sum = 0;
    for (long j = 0; j < n; j++) {
      const double x = re[j], y = im[j];
      re[j] = ar[j] * x - ai[j] * y + kr[j] * L;
      im[j] = ar[j] * y + ai[j] * x + ki[j] * L;
      sum += re[j];
    }
    L = 2 * sum;
  }
  out[0] = L;
  free(work);
}

static const struct {
  const char *name;
  void (*run)(const In *, double *);
} kernels[] = {
    {"modeSums", modeSums},   {"solveKappa", solveKappa}, {"contourSums", contourSums},
    {"volterra", volterra},   {"stepModes", stepModes},   {"meanForm", meanForm},
    {"quadraticForms", quadraticForms}, {"forcedSums", forcedSums},
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return 1e9 * t.tv_sec + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: kernels NAME IN MILLISECONDS OUT LENGTH\n"), 2;
  void (*run)(const In *, double *) = NULL;
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
    if (!strcmp(kernels[i].name, argv[1])) run = kernels[i].run;
  if (!run) return fprintf(stderr, "no kernel %s\n", argv[1]), 2;
  In in = {0};
  FILE *file = fopen(argv[2], "rb");
  double length;
  for (int i = 0; i < 16 && fread(&length, sizeof length, 1, file) == 1; i++) {
    in.n[i] = (long)length;
    in.a[i] = aligned_alloc(64, (in.n[i] * sizeof(double) / 64 + 1) * 64);
    if (fread(in.a[i], sizeof(double), in.n[i], file) != (size_t)in.n[i]) return 1;
  }
  fclose(file);
  const long size = atol(argv[5]);
  double *out = calloc(size + 8, sizeof *out);
  run(&in, out);
  static double times[100000];
  int count = 0;
  const double end = now() + 1e6 * atof(argv[3]);
  while (count < 3 || (now() < end && count < 100000)) {
    const double start = now();
    run(&in, out);
    times[count++] = now() - start;
  }
  qsort(times, count, sizeof *times, ascending);
  printf("%.1f\n", times[count / 2]);
  file = fopen(argv[4], "wb");
  fwrite(out, sizeof *out, size, file);
  return fclose(file);
}
