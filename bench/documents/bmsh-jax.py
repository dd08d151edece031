"""BMSH in JAX, as hashers/documents has it by default (linear encoder, half of the words hidden from it, every word decoded once, stochastic bits, data-dependent noise from exp(-2)): an epoch a line of standard input, its seconds on standard output. Arguments: folder of CSR arrays, terms, bits."""
import sys, time
import numpy as np
import jax, jax.numpy as jnp

folder, V, d = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
K, B, KL, HIDDEN, GAIN = 20, 100, 0.1, 0.5, 10.0
offsets, terms, weights = (np.fromfile(f"{folder}/{name}.bin", t) for name, t in (("offsets", np.int32), ("terms", np.int32), ("weights", np.float32)))
n = len(offsets) - 1
rng = np.random.default_rng(1)


def layer(i, o):
    return [jnp.array(rng.normal(0, (2 / (i + o)) ** 0.5, (i, o)), jnp.float32), jnp.zeros(o)]


params = {"code": layer(V, d), "noise": layer(d, d), "component": layer(d, K), "words": layer(d, V), "pi": jnp.zeros(K), "prior": jnp.array(rng.normal(0, 1, (K, d)), jnp.float32)}
moments = [jax.tree.map(jnp.zeros_like, params) for _ in range(2)]
dense = lambda p, x: x @ p[0] + p[1]
prob = lambda x: jax.nn.sigmoid(x) * (1 - 2e-6) + 1e-6


def loss(p, x, words, key):
    k1, k2 = jax.random.split(key)
    h = dense(p["code"], x)
    a = prob(h)
    z = a + jax.lax.stop_gradient((a > jax.random.uniform(k1, a.shape)) - a)
    noisy = z + jnp.exp(dense(p["noise"], h) - 2) * jax.random.normal(k2, z.shape)
    reconstruction = -(words * jax.nn.log_softmax(dense(p["words"], noisy))).sum(1).mean()
    logq = jax.nn.log_softmax(dense(p["component"], h))
    q, g = jnp.exp(logq), prob(p["prior"])
    kl = (q * (logq - jax.nn.log_softmax(p["pi"]))).sum(1).mean() + (a * jnp.log(a) + (1 - a) * jnp.log(1 - a)).sum(1).mean()
    kl -= (q * (a @ jnp.log(g).T + (1 - a) @ jnp.log(1 - g).T)).sum(1).mean()
    return reconstruction + KL * kl


@jax.jit
def step(p, m, v, x, words, key, t):
    g = jax.grad(loss)(p, x, words, key)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    rate = 0.005 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), p, m, v), m, v


t = 0
for _ in sys.stdin:
    started = time.perf_counter()
    order = rng.permutation(n)
    for at in range(0, n - B + 1, B):
        x, words = np.zeros((B, V), np.float32), np.zeros((B, V), np.float32)
        for r, row in enumerate(order[at : at + B]):
            own, weight = terms[offsets[row] : offsets[row + 1]], weights[offsets[row] : offsets[row + 1]]
            x[r, own] = weight * (rng.random(len(own), np.float32) >= HIDDEN) * (GAIN / (1 - HIDDEN))
            words[r, own] = 1
        t += 1
        params, moments[0], moments[1] = step(params, *moments, x, words, jax.random.PRNGKey(t), jnp.float32(t))
    jax.block_until_ready(params)
    print(time.perf_counter() - started, flush=True)
