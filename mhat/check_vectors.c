/* Check an Adam against adam.txt: put your own in the place of `yours`.
   cc -o check check_vectors.c -lm && ./check adam.txt adam */
/* --8<-- [start:check] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000, LINE = 1 << 16 };
static double theta[MOST], m[MOST], v[MOST], t, beta1, beta2, eps;

static void yours(const double *g, int size, double lr) {
    t += 1;
    for (int i = 0; i < size; i++) {
        m[i] += (1 - beta1) * (g[i] - m[i]);
        v[i] += (1 - beta2) * (g[i] * g[i] - v[i]);
        double divisor = sqrt(v[i] / (1 - pow(beta2, t))) + eps;
        theta[i] -= lr * (m[i] / (1 - pow(beta1, t))) / divisor;
    }
}

static struct { const char *key; double *at; } known[] = {
    {"m", m}, {"v", v}, {"t", &t},
    {"beta1", &beta1}, {"beta2", &beta2}, {"eps", &eps}};
static double wide, lr, g[MOST], right[MOST], unused[MOST];
static char word[64], key[64], id[256], text[LINE], forms[LINE];

static void must(int fine, const char *what, int step) {
    if (fine) return;
    fprintf(stderr, "%s, step %d: %s\nNo case before fails with:%s",
            id, step, what, text);
    exit(1);
}

static void numbers(FILE *file, double *to, int count) {
    for (int i = 0; i < count; i++)
        must(fscanf(file, "%lf", &to[i]) == 1, "a number is missing", 0);
}

static int near(const double *mine, int count) {
    while (count-- > 0)
        if (!(fabs(mine[count] - right[count]) <= wide)) return 0;
    return 1;
}

int main(int count, char **args) {
    const char *asked = count > 2 ? args[2] : "adam";
    FILE *file = count > 1 ? fopen(args[1], "r") : NULL;
    char form[64], name[64], dtype[64];
    int want = 0, all = 0, cases = 0, walked = 0, ours = 0;
    int size = 0, steps = 0, step = 0, seen = 0;
    while (file && fscanf(file, "%63s", word) == 1 && strcmp(word, "end")) {
        int set = !strcmp(word, "set"), last = !strcmp(word, "last");
        if (!strcmp(word, "case")) {
            must(step == steps && seen == steps, "the case is cut", step);
            must(fscanf(file, "%63s %63s %63s %d %d %lf", form, name, dtype,
                        &size, &steps, &wide) == 6, word, 0);
            must(size <= MOST, "more parameters than MOST", 0);
            snprintf(id, sizeof id, "%s/%s/%s", form, name, dtype);
            ours = !strcmp(form, asked);
            step = seen = ours ? 0 : steps;
            cases += ours, all++;
        } else if (!strcmp(word, "count")) {
            must(fscanf(file, "%d", &want) == 1, word, 0);
        } else if (ours && (set || last || !strcmp(word, "start"))) {
            double *to = unused;
            must(fscanf(file, "%63s", key) == 1, word, step);
            for (int i = 0; i < 6; i++)
                if (!strcmp(known[i].key, key)) to = known[i].at;
            int long_ = set || !strcmp(key, "t") ? 1 : size;
            if (last) numbers(file, &wide, 1);
            numbers(file, last ? right : to, long_);
            must(!last || to == unused || near(to, long_), key, step);
        } else if (ours && !strcmp(word, "theta")) {
            numbers(file, theta, size);
        } else if (ours && !strcmp(word, "step")) {
            numbers(file, &lr, 1);
            numbers(file, g, size);
            yours(g, size, lr);
            step++, walked++;
        } else if (ours && !strcmp(word, "path")) {
            numbers(file, right, size);
            must(near(theta, size), "off the path", seen = step);
        } else {
            if (!strcmp(word, "form") && fscanf(file, "%63s", key) == 1)
                strcat(strcat(forms, " "), key);
            must(*word >= 'a' && fgets(text, LINE, file), word, step);
        }
    }
    must(!strcmp(word, "end") && all == want && seen == steps, "cut", step);
    if (!cases) fprintf(stderr, "no %s, but%s\n", asked, forms);
    if (!cases) return 1;
    printf("%d cases, %d steps: all within tolerance\n", cases, walked);
    return 0;
}
/* --8<-- [end:check] */
