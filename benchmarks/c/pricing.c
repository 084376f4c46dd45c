/* The planner's innermost loop again in C: what putting a task after another adds to the cost (least_price and
 * what it calls, visit_planner/search/kernels.py), on the very arrays of the search. Compiled and called by
 * benchmarks/moves_per_second.py, which writes records.h from the array layouts; never part of the planner. */
#include <math.h>
#include <stdint.h>
#include "records.h"

#define TOLERANCE 1e-7

struct board {
    task_t *T; visit_t *V; route_t *R; worker_t *W; gap_t *G; double *D; double *F; state_t *S;
    int64_t *options; int64_t *first_option; int64_t places; int64_t routes_wide;
};

static inline double late_cost(const visit_t *v, double start)
{
    double cost = 0.0;
    if (start > v->due) cost = (start - v->due) * v->late_weight;
    if (start > v->held) cost += (start - v->held) * v->held_weight;
    return cost;
}

/* Minutes beyond the paid ones have a price. */
static inline double unpaid_cost(const worker_t *w, double before, double after)
{
    double cost = 0.0;
    if (after > w->paid) cost = after - w->paid;
    if (before > w->paid) cost -= before - w->paid;
    return cost * w->unpaid;
}

static inline double floor_of(const struct board *B, int64_t v)
{
    const visit_t *V = B->V;
    double start = V[v].opens;
    if (V[v].placed > 0 && V[v].start > start) start = V[v].start;
    for (int64_t g = V[v].gap_from; g < V[v].gap_to; g++) {
        double other = V[B->G[g].other].start + B->G[g].behind;
        if (other > start) start = other;
    }
    return start;
}

static inline double least_price(const struct board *B, int64_t t, int64_t a, double floor)
{
    const task_t *T = B->T;
    const visit_t *V = B->V;
    const state_t *S = B->S;
    int64_t r = T[a].route, b = T[a].nxt, place = T[t].place;
    const double *D = B->D + B->R[r].mode * B->places * B->places;
    double to = D[T[a].place * B->places + place];
    double on = D[place * B->places + T[b].place];
    double added = to + on;
    if (B->R[r].size > 0) added -= D[T[a].place * B->places + T[b].place];
    const worker_t *w = &B->W[B->R[r].worker];
    double more = w->load + added + T[t].minutes;
    if (more > w->limit + TOLERANCE) return INFINITY;
    const visit_t *v = &V[T[t].visit];
    double start = V[T[a].visit].start + T[a].minutes + to;
    if (start < floor) start = floor;
    if (start > v->hard + TOLERANCE) return INFINITY;
    double price = added * S->travel_weight + B->F[t * B->routes_wide + r] + unpaid_cost(w, w->load, more);
    price += late_cost(v, start);
    if (v->placed != 0) price -= late_cost(v, v->start);
    double worst = start - v->due;
    const visit_t *next = &V[T[b].visit];
    if (next->live == 1) {
        start += T[t].minutes + on;
        if (start > next->start) {
            if (start > next->hard + TOLERANCE) return INFINITY;
            price += late_cost(next, start) - late_cost(next, next->start);
            if (T[b].visit < S->visits && start - next->due > worst) worst = start - next->due;
        }
    }
    if (S->worst_weight > 0.0 && worst > S->worst) price += S->worst_weight * (worst - S->worst);
    return price;
}

/* Prices each task of left after every task of every route it may be on, so many times; returns how many prices.
 * least[k]: the cheapest price of left[k], the sum over all times. */
int64_t price_everywhere(const struct board *B, const int64_t *left, int64_t count, int64_t times, double *least)
{
    int64_t priced = 0;
    for (int64_t again = 0; again < times; again++) {
        for (int64_t k = 0; k < count; k++) {
            int64_t t = left[k];
            double floor = floor_of(B, B->T[t].visit), best = INFINITY;
            for (int64_t o = B->first_option[t]; o < B->first_option[t + 1]; o++) {
                int64_t a = B->S->tasks + B->options[o], end = a + B->S->routes;
                while (a != end) {
                    double price = least_price(B, t, a, floor);
                    if (price < best) best = price;
                    priced++;
                    a = B->T[a].nxt;
                }
            }
            least[k] += best;
        }
    }
    return priced;
}
