"""The training step of bench/train.ts in JAX, jitted, sparse: reads `MOVES FILE` lines, answers seconds a batch on average.

LSE, L tables of d bits, tanh, L x L cosines, max (shared by softmax(c / T) on positives), log cosh quantization, Adam on touched rows.
FILE: int32 left, right, kind (0: positive) of B pairs each, batch after batch.
"""
import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

words, tables, bits, pairs = (int(value) for value in sys.argv[1:5])
K, BETA, LAMBDA, T, RATE = 16.0, 8.0, 0.01, 0.07, 0.04
LIMIT, FLOOR = 1 - 1e-6, 0.001


def loss_of(rows, left, right, positive):
    u = jnp.tanh(rows)
    unit = u / jnp.linalg.norm(u, axis=-1, keepdims=True)
    c = jnp.einsum("pad,pbd->pab", unit[left], unit[right]).reshape(left.shape[0], -1)
    best = c.max(axis=1)
    soft = T * jax.nn.logsumexp(c / T, axis=1)
    shared = jax.lax.stop_gradient(best) + soft - jax.lax.stop_gradient(soft)
    chosen = jnp.clip(jnp.where(positive, shared, best), -LIMIT, LIMIT)
    log_p = K * jnp.log(1 - jnp.arccos(chosen) / jnp.pi)
    entropy = jnp.where(positive, -log_p, -BETA * jnp.log(jnp.maximum(1 - jnp.exp(log_p), FLOOR)))
    r = jnp.log(jnp.cosh(jnp.abs(u) - 1)).mean(axis=-1)
    winner = c.argmax(axis=1)
    quantization = r[left, winner // tables] + r[right, winner % tables]
    return entropy.sum() + LAMBDA * quantization.sum()


@jax.jit
def step(state, touched, left, right, positive, t):
    e, m, v = state
    g = jax.grad(loss_of)(e[touched], left, right, positive)
    m_rows = 0.9 * m[touched] + 0.1 * g
    v_rows = 0.99 * v[touched] + 0.01 * g * g
    moved = RATE / (1 - 0.9**t) * m_rows / (jnp.sqrt(v_rows / (1 - 0.99**t)) + 1e-8)
    return e.at[touched].add(-moved), m.at[touched].set(m_rows), v.at[touched].set(v_rows)


step = jax.jit(step, donate_argnums=0)
shape = (words, tables, bits)
state = (0.05 * jax.random.normal(jax.random.PRNGKey(1), shape), jnp.zeros(shape), jnp.zeros(shape))
batches = None
t = 0
for line in sys.stdin:
    moves, file = line.split(maxsplit=1)
    if batches is None:
        raw = np.fromfile(file.strip(), dtype=np.int32).reshape(-1, 3, pairs)
        batches = []
        for left, right, kind in raw:
            # Slots of the touched rows are made ahead, as many in each batch: rows beyond are pads that no pair names.
            touched, slots = np.unique(np.concatenate([left, right]), return_inverse=True)
            spare = np.setdiff1d(np.arange(words, dtype=np.int32), touched)[: 60000 - len(touched)]
            batches.append([jnp.asarray(x) for x in (np.concatenate([touched, spare])[:60000], slots[:pairs], slots[pairs:], kind == 0)])
        state = jax.block_until_ready(step(state, *batches[0], 1.0))
    started = time.perf_counter()
    cpu = time.process_time()
    for _ in range(int(moves)):
        t += 1
        state = step(state, *batches[t % len(batches)], float(t))
    state = jax.block_until_ready(state)
    print(json.dumps({"seconds": (time.perf_counter() - started) / int(moves), "cpu": (time.process_time() - cpu) / int(moves), "finite": bool(jnp.isfinite(state[0]).all()), "jax": jax.__version__}), flush=True)
