/* Check an Adam against adam.txt:
   cc -o check check_vectors.c -lm && ./check adam.txt */
/* --8<-- [start:check] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };
static double theta[MOST], m[MOST], v[MOST], t, beta1, beta2, eps;

static void adam(const double *g, int size, double lr) {
    t += 1;
    for (int i = 0; i < size; i++) {
        m[i] += (1 - beta1) * (g[i] - m[i]);
        v[i] += (1 - beta2) * (g[i] * g[i] - v[i]);
        double divisor = sqrt(v[i] / (1 - pow(beta2, t))) + eps;
        theta[i] -= lr * (m[i] / (1 - pow(beta1, t))) / divisor;
    }
}

static void numbers(FILE *file, double *to, int count) {
    for (int i = 0; i < count; i++)
        if (fscanf(file, "%lf", &to[i]) != 1) exit(2);
}

int main(int count, char **args) {
    FILE *file = count > 1 ? fopen(args[1], "r") : NULL;
    char word[64], form[64], name[64], dtype[64], key[64];
    int size = 0, steps, step = 0, ours = 0;
    double tolerance = 0, lr, g[MOST], right[MOST], unused[MOST];
    if (!file) return 2;
    while (fscanf(file, "%63s", word) == 1 && strcmp(word, "end")) {
        if (!strcmp(word, "case")) {
            if (fscanf(file, "%63s %63s %63s %d %d %lf", form, name, dtype,
                       &size, &steps, &tolerance) != 6) return 2;
            ours = !strcmp(form, "adam") && !strcmp(dtype, "float64");
            step = 0;
        } else if (!strcmp(word, "set") && fscanf(file, "%63s", key) == 1) {
            numbers(file, !strcmp(key, "beta1") ? &beta1
                        : !strcmp(key, "beta2") ? &beta2
                        : !strcmp(key, "eps") ? &eps : unused, 1);
        } else if (!strcmp(word, "theta")) {
            numbers(file, theta, size);
        } else if (!strcmp(word, "start") && fscanf(file, "%63s", key) == 1) {
            int one = !strcmp(key, "t");
            numbers(file, one ? &t : !strcmp(key, "m") ? m
                        : !strcmp(key, "v") ? v : unused, one ? 1 : size);
        } else {
            numbers(file, &lr, 1);
            numbers(file, g, size);
            numbers(file, right, size);
            if (!ours) continue;
            adam(g, size, lr);
            step++;
            for (int i = 0; i < size; i++)
                if (!(fabs(theta[i] - right[i]) <= tolerance)) {
                    fprintf(stderr, "%s, step %d: %.17g, right is %.17g\n",
                            name, step, theta[i], right[i]);
                    return 1;
                }
        }
    }
    return 0;
}
/* --8<-- [end:check] */
