/* Check a whole Adam against whole.txt: put your own in the place of `yours`.
   cc -o check check_whole.c -lm && ./check whole.txt adam */
/* --8<-- [start:check] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16 };
struct array {
    double theta[MOST], m[MOST], v[MOST], lr, beta1, beta2, eps, wide;
    int size, t;
};

static int fine(const struct array *a) { /* 0: the settings are refused */
    return a->lr > 0 && a->lr < INFINITY && a->eps > 0 && a->beta1 >= 0 &&
           a->beta1 < 1 && a->beta2 >= 0 && a->beta2 < 1;
}

static int yours(struct array *a, const double *g, int size) {
    for (int i = 0; i < size; i++)
        if (size != a->size || !isfinite(g[i])) return 0; /* refused */
    a->t += size > 0;
    for (int i = 0; i < size; i++) {
        a->m[i] += (1 - a->beta1) * (g[i] - a->m[i]);
        a->v[i] += (1 - a->beta2) * (g[i] * g[i] - a->v[i]);
        double root = sqrt(a->v[i] / (1 - pow(a->beta2, a->t))) + a->eps;
        a->theta[i] -= a->lr * (a->m[i] / (1 - pow(a->beta1, a->t))) / root;
    }
    return 1;
}

static struct array arrays[MOST];
static char word[64], form[64], name[64], result[64], flags[1024], id[256];
static int refused, alive[2], right, ours, cases, bad;

static void judged(void) {
    int valid = !strcmp(result, "valid"), near = alive[0] || (right && alive[1]);
    int fails = valid ? refused || !near : !strcmp(result, "invalid") && !refused;
    if (ours && fails) fprintf(stderr, "%s fails, as with:%s", id, flags);
    bad += ours && fails, cases += ours, ours = 0;
}

static int numbers(FILE *file, double *to) { /* how many, then each */
    int count = 0;
    if (fscanf(file, "%d", &count) != 1 || count > MOST) exit(1);
    for (int i = 0; i < count; i++)
        if (fscanf(file, "%lf", &to[i]) != 1) exit(1);
    return count;
}

int main(int count, char **args) {
    const char *asked = count > 2 ? args[2] : "adam";
    FILE *file = count > 1 ? fopen(args[1], "r") : NULL;
    int k = 0, p = 0, want = 0, all = 0, size = 0;
    double g[MOST], x = 0;
    while (file && fscanf(file, "%63s", word) == 1 && strcmp(word, "end")) {
        struct array *a = &arrays[k];
        if (!strcmp(word, "case")) {
            judged();
            if (fscanf(file, "%63s %63s %63s %d", form, name, result, &p) != 4) exit(1);
            snprintf(id, sizeof id, "%s/%s", form, name);
            memset(arrays, 0, sizeof arrays);
            ours = !strcmp(form, asked), all++;
            refused = right = 0, alive[0] = alive[1] = 1;
        } else if (!strcmp(word, "count")) {
            if (fscanf(file, "%d", &want) != 1) exit(1);
        } else if (!strcmp(word, "set")) {
            if (fscanf(file, "%d %63s %lf", &k, name, &x) != 3) exit(1);
            a = &arrays[k];
            if (!strcmp(name, "lr")) a->lr = x;
            if (!strcmp(name, "beta1")) a->beta1 = x;
            if (!strcmp(name, "beta2")) a->beta2 = x;
            if (!strcmp(name, "eps")) a->eps = x;
        } else if (!strcmp(word, "theta")) {
            if (fscanf(file, "%d %lf", &k, &x) != 2) exit(1);
            arrays[k].wide = x, arrays[k].size = numbers(file, arrays[k].theta);
            refused = refused || !fine(&arrays[k]);
        } else if (!strcmp(word, "step")) {
            if (fscanf(file, "%d", &k) != 1) exit(1);
            size = numbers(file, g);
            refused = refused || !yours(&arrays[k], g, size);
        } else if (!strcmp(word, "path")) {
            if (fscanf(file, "%d %d", &k, &p) != 2) exit(1);
            size = numbers(file, g), right = right || p;
            for (int i = 0; i < size; i++)
                alive[p] = alive[p] && fabs(arrays[k].theta[i] - g[i]) <= arrays[k].wide;
        } else if (!fgets(flags, sizeof flags, file)) exit(1);
    }
    judged();
    if (strcmp(word, "end") || all != want) fprintf(stderr, "the file is cut\n");
    if (strcmp(word, "end") || all != want || bad || !cases) return 1;
    printf("%d cases: all as they should be\n", cases);
    return 0;
}
/* --8<-- [end:check] */
